#!/usr/bin/env python3
"""Makes the fonts of this folder from their originals (needs fonttools):

    subset.py CharisSIL-Regular.ttf serif.ttf "Graven Serif" Regular
    subset.py CharisSIL-Bold.ttf serif-bold.ttf "Graven Serif" Bold
    subset.py JetBrainsMono-Regular.ttf mono.ttf "Graven Mono" Regular

Only the characters below stay, without hints. The fonts get names of their own, because the licence of Charis SIL reserves its name.
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

CHARACTERS = (
    "20-7E,A0-17F,18F,192,1A0-1A1,1AF-1B0,1CD-1DC,1E6-1E7,1FA-21B,259,2BB-2BD,2C6-2DD,300-304,306-30C,323,327-328,370-3FF,400-45F,490-491,"
    "1E80-1E85,1E9E,1EA0-1EF9,2010-2027,202F,2030-203A,2044,2070-208E,20A0-20BF,2100-2126,2150-215E,2190-2199,21D0-21D4,2200-2265,2500-257F,"
    "25A0-25CF,2713,2717,FB01-FB02"
)
LICENCE = {0, 13, 14}


def main(source, target, family, style):
    options = subset.Options()
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = sorted(LICENCE)
    options.layout_features = ["ccmp", "kern", "liga", "mark"] if "Serif" in family else ["ccmp"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(CHARACTERS))
    subsetter.subset(font)
    names = font["name"]
    for number, text in {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}.items():
        names.setName(text, number, 3, 1, 0x409)
    font.save(target)


main(*sys.argv[1:])
