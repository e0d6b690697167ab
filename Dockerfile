# Two images from one file: `service` (web, worker, scheduler, actions) and `rasa`.
# Build with: docker build --target service . / docker build --target rasa .

FROM python:3.11-slim-bookworm AS base
RUN pip install --no-cache-dir uv && useradd --create-home --uid 10001 fiado
WORKDIR /app
ENV PYTHONUNBUFFERED=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=automatic

# the locks first: a change of ours does not install everything again
FROM base AS service-environment
COPY pyproject.toml requirements.lock ./
RUN uv venv .venv \
    && uv pip sync --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock

FROM base AS service
COPY --from=service-environment /app/.venv .venv
COPY . .
RUN uv pip install --python .venv/bin/python --no-deps --no-build-isolation --editable . \
    && install -d -o fiado -g fiado /app/var
USER fiado
ENV PATH=/app/.venv/bin:$PATH FIADO_DATA_DIR=/app/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["fiado", "web", "--host", "0.0.0.0", "--port", "8000"]

FROM base AS rasa-environment
COPY bot/rasa_project/requirements.lock ./
ENV UV_PYTHON_INSTALL_DIR=/opt/python
RUN uv python install 3.10 && uv venv --python 3.10 .venv-rasa \
    && uv pip sync --python .venv-rasa/bin/python --require-hashes --compile-bytecode requirements.lock

# the model is trained while the image is built: all servers serve the same one
FROM service AS rasa
USER root
COPY --from=rasa-environment /opt/python /opt/python
COPY --from=rasa-environment /app/.venv-rasa .venv-rasa
USER fiado
RUN fiado train
EXPOSE 5005
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5005/webhooks/fiado/', timeout=2)"]
CMD ["fiado", "rasa", "--host", "0.0.0.0", "--port", "5005"]
