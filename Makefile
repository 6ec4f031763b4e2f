.PHONY: run test lint bench

run:
	streamlit run streamlit_app.py

test:
	pytest

lint:
	ruff check .
	ruff format --check .

bench:
	python -m benchmarks training
	python -m benchmarks decoder
