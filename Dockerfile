# A thin wrapper over commands that .ci/run runs itself.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked
# The optional neural matte; without this line everything works, and busy grounds are matted by the classic one.
RUN UNDERSTUDY__STORE__URL=sqlite:/data/understudy.db target/release/understudy models install

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home understudy
COPY --from=build /src/target/release/understudy /usr/local/bin/understudy
COPY --from=build --chown=understudy /data /data
USER understudy
VOLUME /data
ENV UNDERSTUDY__STORE__URL=sqlite:/data/understudy.db \
    UNDERSTUDY__SERVER__LISTEN=0.0.0.0:8080 \
    UNDERSTUDY__SERVER__ADMIN_LISTEN=127.0.0.1:8081
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=2s --start-period=2s \
    CMD curl -fsS http://127.0.0.1:8081/_understudy/ready || exit 1
ENTRYPOINT ["understudy"]
