from . import privacy_change, consent_purpose, privacy_controller, privacy_transfer, privacy_processor  # isort: skip
from . import privacy_notice, notice_section, notice_drafts, notice_registers, notice_publish  # isort: skip
from . import notice_renewal  # isort: skip
from . import purpose_rules, ir_module, privacy_banner  # isort: skip
from . import consent_subject, consent_chain, consent, consent_evidence, consent_proof, consent_lookup  # isort: skip
from . import consent_record, consent_prepare, consent_rules, consent_paper, consent_verify, consent_expiry  # isort: skip
from . import consent_erasure, consent_legacy, res_partner, partner_merge  # isort: skip
from . import people, who_decides, consent_badges, notice_hand_over  # isort: skip
from . import consent_request, consent_request_answer, consent_links, consent_links_end, page_visit  # isort: skip
from . import privacy_incident  # isort: skip
from . import paper  # isort: skip
from . import lint_word  # isort: skip
