"""A cookie that says who a visitor is, so that a reload finds their own runs again."""

import streamlit as st

COOKIE = "bottleneck_visitor"
DAYS = 365

_keeper = st.components.v2.component(
    "bottleneck_visitor",
    html="<span hidden></span>",
    js="""
export default function ({ data }) {
  // The first tab's name stays: another tab that was opened with it would be somebody else.
  if (document.cookie.includes(`${data.name}=`)) return;
  const safe = location.protocol === "https:" ? "; Secure" : "";
  const age = `max-age=${data.days * 86400}`;
  document.cookie = `${data.name}=${data.visitor}; ${age}; path=/; SameSite=Lax${safe}`;
}
""",
)


def remember(visitor: str) -> None:
    """Writes the cookie if there is none."""
    _keeper(data={"name": COOKIE, "visitor": visitor, "days": DAYS}, key="visitor-cookie", height=1)
