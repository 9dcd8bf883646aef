# aloud: the two commands to know are `make demo` and `make test`. Both set up what they need, and can be run again.

PREFIX ?= $(HOME)/.local
DESTDIR ?=
CARGO ?= cargo
ALOUD := target/release/aloud

.PHONY: help demo test build portable packages setup setup-tests soak supply licences install uninstall clean

# Every library that is built in on some system, or used to build, with its licence.
LIBRARIES = $(CARGO) tree --locked --edges normal,build --target all --prefix none --no-dedupe --format "{p}: {l}" | grep -v "^aloud " | sed "s/ (proc-macro)//" | LC_ALL=C sort -u

help: ## Say what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: build ## Build aloud, analyze a sample answer and print the report
	$(ALOUD) analyze samples/fillers.flac --question hard-problem --no-save

test: setup setup-tests ## Check form, lints and documents, and run all tests
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --check; else echo "rustfmt is not installed: the form of the code is not checked"; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then $(CARGO) clippy --release --locked --all-targets -- -D warnings; else echo "clippy is not installed: lints are not checked"; fi
	@$(LIBRARIES) | diff LIBRARIES.txt - || { echo "LIBRARIES.txt is not what Cargo.lock says. Run: make licences" >&2; exit 1; }
	$(CARGO) check --release --locked --no-default-features --lib --tests
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --no-deps --quiet
	@sh .ci/browser || echo "without a browser, the pages are not looked at"
	$(CARGO) test --release --locked --lib
	$(CARGO) test --release --locked --doc
	$(CARGO) test --release --locked --test program -- --skip at_a_microphone::
	$(CARGO) test --release --locked --test program at_a_microphone:: -- --test-threads=3

setup-tests:
	@sh .ci/setup tests

build: setup ## Build the program
	$(CARGO) build --release --locked

# A folder of its own: whisper-rs-sys does not notice that GGML_NATIVE changes, and would take what is built already.
PORTABLE := $(CURDIR)/target/portable
# Archives that are linked instead of the system's shared libraries: the C++ library, and ALSA's stand-in.
ARCHIVES := $(PORTABLE)/archives
SOURCES := $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src
portable: setup ## Build a program to give to others, for processors from about 2013 on, in target/portable
	mkdir -p $(ARCHIVES)
	$(CC) -O2 -fPIC -ffunction-sections -c packaging/alsa.c -o $(ARCHIVES)/alsa.o
	$(AR) rcs $(ARCHIVES)/libasound.a $(ARCHIVES)/alsa.o
	ln -sf "$$($(CXX) -print-file-name=libstdc++.a)" $(ARCHIVES)/libstdc++.a
	GGML_NATIVE=OFF ALOUD_PORTABLE=$(ARCHIVES) CARGO_TARGET_DIR=$(PORTABLE) \
	RUSTFLAGS="--remap-path-prefix=$(SOURCES)=libraries --remap-path-prefix=$(CURDIR)=aloud" \
	CFLAGS="-ffile-prefix-map=$(CURDIR)=aloud -ffile-prefix-map=$(SOURCES)=libraries" \
	CXXFLAGS="-ffile-prefix-map=$(CURDIR)=aloud -ffile-prefix-map=$(SOURCES)=libraries" \
	$(CARGO) build --profile dist --locked --bin aloud
	@sh .ci/portable $(PORTABLE)

setup: ## Install what the build needs and this system lacks
	@sh .ci/setup

FUZZ_SECONDS ?= 1200
soak: build setup-tests ## Run what takes longer than `make test` should: an hour of recording, every shared recording against its truth, thousands of damaged files and failing calls, hundreds of analyses and takes in one process, the story of every labelled answer, valgrind, fuzzing
	tests/checks/hour_of_recording.sh
	$(CARGO) test --release --locked --test program damage:: -- --ignored --nocapture
	$(CARGO) test --release --locked --test program faults:: -- --ignored --nocapture
	$(CARGO) test --release --locked --test program story_holds:: -- --ignored --nocapture
	$(CARGO) test --release --locked --test program long_haul:: -- --ignored --nocapture --test-threads=1
	tests/checks/memory_errors.sh
	tests/fuzz/run.sh $(FUZZ_SECONDS)
	tests/checks/all.sh

supply: ## Check the libraries' licences and where they come from (needs cargo-deny)
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --locked --offline check bans licenses sources; else echo "cargo-deny is not installed. Run: cargo install cargo-deny --locked"; exit 1; fi

licences: ## List the libraries and their licences in LIBRARIES.txt
	@$(LIBRARIES) > LIBRARIES.txt

install: build ## Install the program, its speech model, manual pages and shell completions under PREFIX (~/.local)
	@sh packaging/stage.sh $(ALOUD) target/staged
	@sh target/staged/install.sh "$(DESTDIR)$(PREFIX)"
	@rm -r target/staged

uninstall: ## Remove what `make install` put under PREFIX
	@sh "$(DESTDIR)$(PREFIX)/share/aloud/uninstall.sh"

packages: portable ## Make a tarball and a .deb to give to others, with the model, in target/packages
	@sh packaging/packages.sh $(PORTABLE)/dist/aloud target/packages

clean: ## Remove what was built
	$(CARGO) clean
