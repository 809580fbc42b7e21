# Every target has a line of help behind ##. What CI runs is .ci/run; the
# targets below call its parts, so that both are one.

LINES ?= 10000000
FUZZTIME ?= 10
FAULTS ?= 180
PERSONS ?= 1000000
SLOPE ?= 1m
KILLS ?= 200

.DEFAULT_GOAL := help
.PHONY: help check test browser pictures services race fuzz gen bench-scan bench-json demo ci bench-stream bench-memory chaos power kill-round

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "%-12s %s\n", $$1, $$2 }'

check: ## formatting, vet, generated files, tests: before every commit
	@.ci/run format vet generated test

test: ## all tests
	go test ./...

browser: ## every page in Chromium, and what axe-core finds in it
	@.ci/run browser

pictures: ## the pictures of docs/tour.md, taken anew from the demonstration; look at each
	@.ci/run pictures

services: ## tests that talk to Kafka and Redis, against the real ones, started for it
	@.ci/run services

race: ## tests under the race detector where goroutines share memory
	@.ci/run race

fuzz: ## every fuzz target for FUZZTIME seconds (10 unless told)
	@FUZZTIME=$(FUZZTIME) .ci/run fuzz

gen: ## write the generated files anew: list of detectors, catalogue
	go run ./detectors/gen
	go generate ./...

bench-scan: ## invent LINES fee lines (10000000 unless told), scan them with fundwatch and with DuckDB, compare
	@FEELINES=$(LINES) .ci/run race-duckdb

bench-json: ## speed of reading claims on one core: JSON beside encoding/json (ratio), and Parquet
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	go run . simulate --claims 20000 --out "$$dir" >/dev/null && \
	CLAIMS="$$dir/claims.jsonl" GOMAXPROCS=1 go test -run '^$$' -bench 'JSON|Columns' -benchtime 10x ./claim && \
	GOMAXPROCS=1 go test -run '^$$' -bench . ./claim/parquet

demo: ## a live stream of an invented place, with the pages
	go run . demo

ci: ## everything the gate checks, as on a fresh clone
	@.ci/run

bench-stream: ## speed of the stream on real Kafka and Redis: ratio to reading or decoding alone, latency, calls; memory over SLOPE (1m unless told)
	@.ci/services go run -pgo=$(CURDIR)/default.pgo ./internal/streambench -slope $(SLOPE)

bench-memory: ## bytes a worker remembers of PERSONS persons with a year of visits (1000000 unless told): by part, a claim and a person
	@go run ./internal/streambench -memory $(PERSONS)

chaos: ## kill, freeze, replace, fill and cut off workers, Redis, Kafka and the archive FAULTS times under load (180 unless told); nothing may be lost or done twice
	@.ci/services go run ./internal/chaos -faults $(FAULTS) -claims 60000 -workers 3

kill-round: ## kill -9 the server, and Redis, KILLS times (200 unless told) while people take hospitals through the whole round, and the commands that write lists and draws; nothing may be lost, done twice or broken
	@KILLS=$(KILLS) .ci/run kill-round

power: ## watch whether redis-server answers only what is on the disk (needs strace)
	@command -v strace >/dev/null || { echo "strace is needed: install it" >&2; exit 1; }
	@.ci/services go run ./internal/chaos -power -claims 20000
