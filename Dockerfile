# Ringside in one static binary, without root and without a shell.
#
#   docker build -t ringside .
#   docker run -v "$PWD/config.toml:/etc/ringside/config.toml:ro" -v ringside:/data -p 8080:8080 ringside
#
# Secrets come as env:NAME (docker run -e NAME) or file:PATH (a mounted file). The ledger belongs in /data.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /out/ringside ./cmd/ringside
RUN mkdir -p /out/data /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/ringside /ringside
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 \
    CMD ["/ringside", "health", "--url", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["/ringside"]
CMD ["serve", "--config", "/etc/ringside/config.toml", "--listen", "0.0.0.0:8080"]
