# Steppewire as an image. docs/operate.md says how it is run, and what of this was tried.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/steppewire
COPY requirements.txt /src/
# Wheels alone, each by its hash: nothing is compiled, and no compiler is needed.
RUN /opt/steppewire/bin/pip install --only-binary :all: --require-hashes -r /src/requirements.txt
COPY . /src
RUN /opt/steppewire/bin/pip install --no-deps --no-build-isolation /src \
 && /opt/steppewire/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 steppewire \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/steppewire --shell /usr/sbin/nologin steppewire \
 && install --directory --owner steppewire --group steppewire --mode 0700 /var/lib/steppewire \
 && install --directory /etc/steppewire
COPY --from=build /opt/steppewire /opt/steppewire
ENV PATH=/opt/steppewire/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    STEPPEWIRE_CONFIG=/etc/steppewire/steppewire.toml STEPPEWIRE_DATA=/var/lib/steppewire \
    STEPPEWIRE_OPERATOR__LISTEN=127.0.0.1:9464 STEPPEWIRE_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/steppewire
VOLUME /var/lib/steppewire
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --retries=3 \
  CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 9464, timeout=5); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["steppewire"]
CMD ["run"]
