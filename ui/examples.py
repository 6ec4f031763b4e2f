"""Drawings that pages start with or offer, as text: see aecore/strokes.py."""

THREE = (  # what everyone starts with
    "1AB1URgP6A_sF-wX9Bv0G_gb_Bv8HAAYBBgEGAwYDBAUDBgEGAAcABv4G_Ab9BfsE-wT6A_oD-gL6AvoBACNwdgb"
    "_BgEHAQYBBgIFAwYDBQQEBAQFAwYCBgEGAAb-Bv4G_Qb9BfwE-wT7BPoD-gL6AfoB-QD6__r_-v77_fr9_Pv8-_3"
    "7"
)

FOUR = (  # open at the top
    "1AB1oLgEG_wf-Bv0G_gb9Bf0G_Qb-Bv4G_gYABgEHAgYEBQUEBgMGAQYABwAG_gb-Bv4G_gb-Bv4H_gYAABGkNP8"
    "KAAr_Cv8KAAr_Cv8K_wr_CgAK_wr_Cv8K_woACv8K"
)

HOUSE = (  # no digit at all
    "1AClMzgD1APUA9QD1APUA9QD1APUH-Aj3B_gI-Af4CPcH-AcICAkHCAgIBwgICQcIAAsACwALAAsACwALAAsAC_Y"
    "A9QD2APUA9gD2APUA9gD1APYAAAlyzgDxAPIA8Q4ADgAADwAOAA8"
)

SEVEN = (  # with a bar
    "1AApSPgr-C_8K_wsACgALAAoAC_8K_wASsDj8CfwJ_An8CfwJ_An8CfwJ_Qn8Cf0J_Qn9Cv4J_gr-Cf4KAAZshgv"
    "-C_4LAAwACwA"
)
