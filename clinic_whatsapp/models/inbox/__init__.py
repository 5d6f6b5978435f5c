from . import (  # isort: skip
    res_company,
    tag,
    snooze,
    waiting,
    news,
    assignment,
    canned,
    presence,
    patient_link,
    hand_over,
    watch,
    inbox_views,
    inbox_counts,
    inbox_list,
    text_search,
    patient_pane,
    block,  # last: what a blocked person writes reaches none of the others
)
