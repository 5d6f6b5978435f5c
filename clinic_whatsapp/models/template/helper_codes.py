"""The values that a template can name without knowing where they are kept.

Codes are stored with the variables of templates: they never change their meaning. What each of them says is in
``value_helpers``.
"""

APPOINTMENT_DATE, APPOINTMENT_TIME = "appointment_date", "appointment_time"
APPOINTMENT_PREVIOUS_DATE, APPOINTMENT_PREVIOUS_TIME = "appointment_previous_date", "appointment_previous_time"
ARRIVE_EARLY = "arrive_early"
VISITS_OF_DAY = "visits_of_day"
BRANCH_NAME, BRANCH_ADDRESS, BRANCH_PHONE = "branch_name", "branch_address", "branch_phone"
CLINIC_NAME, CLINIC_REGISTER = "clinic_name", "clinic_register"
NEXT_OPEN_DAY, NEXT_OPEN_TIME = "next_open_day", "next_open_time"
PATIENT_NAME = "patient_name"
PREFERENCE_LINK, NOTICE_LINK = "preference_link", "notice_link"

HELPERS = [
    (APPOINTMENT_DATE, "Date of the appointment"),
    (APPOINTMENT_TIME, "Time of the appointment"),
    (APPOINTMENT_PREVIOUS_DATE, "Date before it was moved"),
    (APPOINTMENT_PREVIOUS_TIME, "Time before it was moved"),
    (ARRIVE_EARLY, "Minutes to arrive early"),
    (VISITS_OF_DAY, "All visits of the day"),
    (PATIENT_NAME, "Name of the patient"),
    (BRANCH_NAME, "Name of the branch"),
    (BRANCH_ADDRESS, "Address of the branch"),
    (BRANCH_PHONE, "Phone of the branch"),
    (NEXT_OPEN_DAY, "Day on which the branch opens next"),
    (NEXT_OPEN_TIME, "Time at which the branch opens next"),
    (CLINIC_NAME, "Trade name of the clinic"),
    (CLINIC_REGISTER, "MERSİS or tax number of the clinic"),
    (PREFERENCE_LINK, "Link to the patient's preferences"),
    (NOTICE_LINK, "Link to the privacy notice"),
]
ABOUT_APPOINTMENT = frozenset(
    {
        APPOINTMENT_DATE,
        APPOINTMENT_TIME,
        APPOINTMENT_PREVIOUS_DATE,
        APPOINTMENT_PREVIOUS_TIME,
        ARRIVE_EARLY,
        VISITS_OF_DAY,
    }
)
LINKS = frozenset({PREFERENCE_LINK, NOTICE_LINK})  # made for one message; in a button only what follows its address
