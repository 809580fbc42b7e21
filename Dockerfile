# 静态程序，无外壳，非 root · a static program, no shell, not root
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# default.pgo is used by itself.
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/fundwatch . && \
    mkdir -p /out/state && cp /etc/ssl/certs/ca-certificates.crt /out/

FROM scratch
COPY --from=build /out/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /out/state /var/lib/fundwatch
COPY --from=build /out/fundwatch /fundwatch
USER 65532:65532
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["/fundwatch", "health"]
ENTRYPOINT ["/fundwatch"]
CMD ["serve"]
