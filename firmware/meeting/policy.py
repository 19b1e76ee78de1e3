"""What the browser of a meeting may: Chromium's managed policies, of kiosk.toml's origins.

kiosk-prepare writes them as root where Chromium alone reads (`/etc/chromium/policies/managed` is a
link to it), so neither a page nor the launcher can change them. Names and meanings are those of
https://chromeenterprise.google/policies/, of Chromium 140 and later.
"""

from __future__ import annotations

from collections.abc import Sequence

Policy = dict[str, bool | int | str | list[str] | dict[str, str]]

FILE = "prepare/meeting-policy.json"  # below [paths] run
FORBIDDEN = 2  # of DefaultGeolocationSetting and its like: "do not allow any site to"
EVERYTHING = ["*"]

# No page but those of the origins is opened, and nothing of this machine: a path that begins with a
# scheme is one of its own to Chromium, so `*` holds for file:, chrome: and view-source: as well.
SHUT: Policy = {
    "URLBlocklist": EVERYTHING,
    "ExtensionInstallBlocklist": EVERYTHING,
    "DeveloperToolsAvailability": 2,  # never
    "IncognitoModeAvailability": 2,  # forced: nothing of a session is kept
    "ForceEphemeralProfiles": True,
    "BrowserSignin": 0,
    "SyncDisabled": True,
    "BrowserGuestModeEnabled": False,
    "BrowserAddPersonEnabled": False,
    "DownloadRestrictions": 3,  # all are blocked
    "AllowFileSelectionDialogs": False,
    "PrintingEnabled": False,
    "DisablePrintPreview": True,
    "DefaultPopupsSetting": FORBIDDEN,
    "DefaultNotificationsSetting": FORBIDDEN,
    "DefaultGeolocationSetting": FORBIDDEN,
    "DefaultWebUsbGuardSetting": FORBIDDEN,
    "DefaultWebBluetoothGuardSetting": FORBIDDEN,
    "DefaultSerialGuardSetting": FORBIDDEN,
    "DefaultWebHidGuardSetting": FORBIDDEN,
    "DefaultFileSystemReadGuardSetting": FORBIDDEN,
    "DefaultFileSystemWriteGuardSetting": FORBIDDEN,
    "DefaultClipboardSetting": FORBIDDEN,
    "DefaultLocalFontsSetting": FORBIDDEN,
    "DefaultSensorsSetting": FORBIDDEN,
    "AudioCaptureAllowed": False,  # anywhere but below
    "VideoCaptureAllowed": False,
    "ScreenCaptureAllowed": False,
    "PasswordManagerEnabled": False,
    "AutofillAddressEnabled": False,
    "AutofillCreditCardEnabled": False,
    "PaymentMethodQueryEnabled": False,
    "SearchSuggestEnabled": False,
    "TranslateEnabled": False,
    "SpellCheckServiceEnabled": False,
    "MetricsReportingEnabled": False,
    "ComponentUpdatesEnabled": False,
    "BackgroundModeEnabled": False,
    "PromptForDownloadLocation": False,
    "HideWebStoreIcon": True,
    "SSLErrorOverrideAllowed": False,
    "DefaultBrowserSettingEnabled": False,
    "NetworkPredictionOptions": 2,  # never
    "SafeBrowsingProtectionLevel": 0,  # it asks Google; only the origins are opened
}


def policy(origins: Sequence[str]) -> Policy:
    """Of a kiosk whose meetings are at these origins; none of them opens nothing."""
    allowed = list(origins)
    return {
        **SHUT,
        "URLAllowlist": allowed,
        "AudioCaptureAllowedUrls": allowed,
        "VideoCaptureAllowedUrls": allowed,
    }
