"""Drawings that pages start with or offer, as text: see aecore/strokes.py."""

THREE = (  # what everyone starts with
    "1AA1URgjzDPgO_A__DgQMCQQO_g_5DfQJ8gbyBAAQcHYOAA4DDQcKCQgMAg38DvkM9grzBvID8v_z_PT4-PQ"
)

FOUR = (  # open at the top
    "1AA1oLv8P-w75DfoO_Q4DDwsKDgQP_Q77DvsP_gAKpDT_Ev8S_hH_Ev8S_hL_Ef4S_xI"
)

HOUSE = (  # no digit at all
    "1AClMzgD1APUA9QD1APUA9QD1APUH-Aj3B_gI-Af4CPcH-AcICAkHCAgIBwgICQcIAAsACwALAAsACwALAAsAC_Y"
    "A9QD2APUA9gD2APUA9gD1APYAAAlyzgDxAPIA8Q4ADgAADwAOAA8"
)

SEVEN = (  # with a bar
    "1AAVSPhf8GAAXABj-AAqwOPgR-RH4EfkR-RH6EfsS-xL9EgADbIYc_BwA"
)
