from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker
from odoo.tests import tagged

TIMEOUT = 15000  # milliseconds a single test may take


@tagged("post_install", "-at_install")
class TestJavaScript(HOOTCommon):
    """The unit tests in ``static/tests``, in a real browser."""

    def test_hoot(self):
        suite = self._generate_hash("@clinic_whatsapp")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout={TIMEOUT}&id={suite}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )

    def test_the_backend_starts_in_developer_mode(self):
        """Only there does Odoo check what is registered, for example the types of widgets."""
        started = "Boolean(document.querySelector('.o_main_navbar'))"
        self.browser_js(
            "/odoo?debug=assets", "console.log('test successful')", started, login="admin", timeout=120
        )
