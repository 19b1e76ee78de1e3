"""Who is on the sandbox's books. All of them are made up, and so are their numbers."""

from __future__ import annotations

SHANTI, RAM, PRAGYA = "SHANTI DEVI MEENA", "RAMSWAROOP TRIPATHI", "PRAGYA RATHORE"
IN_HINDI = {
    SHANTI: "श्रीमती शान्ति देवी मीणा",
    RAM: "श्री रामस्वरूप त्रिपाठी",
    PRAGYA: "सुश्री प्रज्ञा राठौड़",
}

# A Jan Aadhaar family of two, and the range of families like it, for tests that need many.
FAMILY, HEAD, SON = "4812345678", "10012345671", "10012345672"
FAMILIES = rf"{FAMILY}|4899\d{{6}}"
MEMBERS = {
    HEAD: (IN_HINDI[SHANTI], "Shanti Devi Meena"),
    SON: ("अर्जुन मीणा", "Arjun Meena"),
}
