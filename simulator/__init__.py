"""A strict local stand-in for Meta's WhatsApp Cloud API, with the patient's phone in the browser.

``python -m simulator --port 8070`` serves three things on one loopback port:

* the Graph API (``/v26.0/...``) as far as a clinic needs it; it refuses what Meta refuses, with
  Meta's error bodies,
* ``/_sim/...``: our own set-up, faults, log and phone API for demos, tests and benchmarks,
* ``/``: a phone on which one plays the patient.

The addon never imports it; the two only meet over HTTP.
"""
