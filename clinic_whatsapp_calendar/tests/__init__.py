from . import (
    test_event_automation,
    test_event_patient,
    test_event_tours,
    test_event_wall,
    test_security_coverage,
    test_translations,
)
