from . import (  # isort: skip
    res_company,
    tag,
    snooze,
    block,
    waiting,
    inbox_views,
    inbox_counts,
    inbox_list,
    text_search,
    patient_pane,
)
