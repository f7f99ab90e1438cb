# SPDX-License-Identifier: Apache-2.0
# The front door. `make help` says what there is; CMake (presets in CMakePresets.json) does the work.
MAKEFLAGS += --no-print-directory
PREFIX ?= /usr/local
DATA ?= $(or $(XDG_STATE_HOME),$(HOME)/.local/state)/ganglion
JOBS ?= $(shell nproc)

.PHONY: help run build web test check sanitize fuzz accuracy bench bench-score bench-ingest bench-latency bench-footprint bench-idle bench-tls bench-history bench-codec bench-forecast bench-detect \
        torture fmt install setup clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

run: build ## install what is missing, build, run the node with this machine as its first Thing
	@tools/run.sh "$(DATA)"

setup: ## install what building needs (Debian packages, npm packages of the portal)
	@tools/setup.sh build

build: setup ## the release binary, ./ganglion
	@cmake --preset release >build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build build/release --target ganglion -j $(JOBS)
	@cp build/release/ganglion ganglion
	@ls -l ganglion | awk '{ printf "ganglion: %.2f MiB\n", $$5 / 1048576 }'

test: ## install what tests need, build, run every test, end with the counts
	@tools/setup.sh build test
	@tools/test.sh

check: ## quick: format, house rules, both compilers, unit tests without sanitizers
	@tools/fmt.sh --check
	@python3 tools/tidy.py .
	@for preset in debug clang; do \
	  cmake --preset $$preset >/dev/null && cmake --build build/$$preset -j $(JOBS) || exit 1; done
	@ctest --test-dir build/debug -j $(JOBS) -E '^box/' --output-on-failure

sanitize: ## every unit test under ASan+UBSan and under TSan, and the program itself under both
	@for preset in asan tsan; do \
	  cmake --preset $$preset >/dev/null && cmake --build build/$$preset -j $(JOBS) || exit 1; \
	  ctest --test-dir build/$$preset -j $(JOBS) --output-on-failure || exit 1; done

fuzz: ## explore every parser for SECONDS (60) each, from its corpus
	@tools/setup.sh build fuzz
	@tools/fuzz.sh $(or $(SECONDS_EACH),60)

torture: ## long: kill -9 and power cuts, hundreds of times; slow sockets for a minute
	@tools/setup.sh build test
	@KILLS=500 FLOOD_SECONDS=60 tools/test.sh 'box/(journal|node|flood)'

accuracy: build ## every accuracy suite on public data (GANGLION_DATA), into docs/accuracy.md; SUITES="a b" for some
	@tools/accuracy_doc.py ./ganglion $(SUITES)

bench: bench-score bench-detect bench-forecast bench-ingest bench-latency bench-footprint bench-tls bench-history bench-codec ## all figures, each beside its peer or ceiling

bench-score: build ## nanoseconds a reading and bytes a series
	@cmake --build build/release --target learn_bench -j $(JOBS) && build/release/learn_bench

bench-detect: build ## nanoseconds a reading and bytes a series of every anomaly detector
	@cmake --build build/release --target detect_bench -j $(JOBS) && build/release/detect_bench

bench-forecast: build ## processor time of one forecast, a week ahead from 700 hourly values
	@cmake --build build/release --target forecast_bench -j $(JOBS) && build/release/forecast_bench

bench-ingest: build ## QoS 1 and QoS 0 publishes a second, durable and scored, beside Mosquitto and NATS
	@tools/setup.sh bench
	@cmake --build build/release --target mqtt_load_bench -j $(JOBS) && python3 bench/ingest.py ingest
	@python3 bench/ingest.py qos0

bench-latency: build ## publish to acknowledged-on-disk, publish to action sent
	@cmake --build build/release --target mqtt_load_bench -j $(JOBS) && python3 bench/ingest.py latency

bench-footprint: build ## resident memory, binary size, time to the first accepted connection
	@python3 bench/ingest.py footprint

bench-idle: build ## memory of idle connections beside Mosquitto's, and as many as files allow, bare and in TLS
	@python3 bench/ingest.py idle
	@python3 bench/ingest.py hold --seconds 20

bench-history: build ## line protocol beside VictoriaMetrics and InfluxDB: values a second and core, bytes a value
	@tools/setup.sh bench
	@cmake --build build/release --target push_load_bench -j $(JOBS) && python3 bench/history.py

bench-tls: build ## TLS handshakes a second and core beside a bare OpenSSL server, memory of idle ones
	@cmake --build build/release --target tls_bench -j $(JOBS) && build/release/tls_bench

bench-codec: build ## bytes a value and GB/s of the chunk codec on the real series in GANGLION_DATA
	@cmake --build build/release --target codec_bench -j $(JOBS) && build/release/codec_bench

fmt: ## format every C file
	@tools/fmt.sh

web: ## the portal's front end into web/dist
	@tools/setup.sh web

install: build ## into PREFIX (/usr/local): program, man page, completion, systemd unit
	@cmake --install build/release --prefix $(PREFIX)

clean: ## remove what was built (not what was installed, not any data)
	rm -rf build ganglion web/dist
