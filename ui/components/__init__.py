"""Browser parts (Streamlit Components v2), one folder each: `__init__.py`, `.js`, `.css`."""
