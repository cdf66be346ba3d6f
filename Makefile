# What people type. The build itself is CMake's: see CMakePresets.json.
.PHONY: demo build test sanitize fuzz format bench peers tables page page-test pictures clean help

CRESCENDO := build/release/crescendo
FASHION := /usr/share/datasets/fashion-mnist

help:
	@echo "make demo      set up, build, and search a CNN on Fashion-MNIST in under 3 minutes"
	@echo "make build     set up and build $(CRESCENDO)"
	@echo "make test      set up, build and run all tests"
	@echo "make sanitize  the tests under address+undefined and thread sanitizers"
	@echo "make fuzz      build the fuzz targets with clang and run each for a minute"
	@echo "make bench     build the benchmarks into build/release/bench"
	@echo "make peers     install what the benchmarks compare with, outside the source tree"
	@echo "make page      build the report's page from page/ into src/report/page.html (needs Node 18 or later and npm)"
	@echo "make page-test the page's tests in Chromium, and whether the page that is kept is what page/ builds"
	@echo "make pictures REPORT=FILE   the pictures in docs/report.md, of the report FILE"
	@echo "make tables    write the documents' tables and curves anew from the raw rows in bench/results"

demo:
	@tools/setup demo
	@$(MAKE) --no-print-directory compile
	@echo
	@echo "Searching a CNN on a tenth of Fashion-MNIST's training pictures: 7 px, then 14 px, then 28 px."
	@rm -rf out/demo
	$(CRESCENDO) tune --data $(FASHION) --sizes 7,14,28 --share 0.1 --time 150s --out out/demo

build:
	@tools/setup build
	@$(MAKE) --no-print-directory compile

.PHONY: compile
compile:
	@cmake --preset release > /dev/null
	@cmake --build build/release --target crescendo

test:
	@tools/setup test
	@cmake --preset release-tests > /dev/null
	@cmake --build build/release
	@ctest --test-dir build/release --output-on-failure -LE slow -j $$(nproc)

# Tests that time kernels, compare numbers of whole searches or run other programs than ours: minutes under sanitizers,
# and what they compute is computed in the others too.
MEASURING := KernelChoice|KernelTable.IsMeasured|BeatsRandom|AShortStudyGains|MisleadingLessons|OfIshigami|FashionMnistsTestPictures|^tables|^bench
sanitize:
	@tools/setup test
	@cmake --preset asan > /dev/null && cmake --build build/asan
	@ctest --test-dir build/asan --output-on-failure -LE 'slow|page' -E '$(MEASURING)' -j $$(nproc)
	@cmake --preset tsan > /dev/null && cmake --build build/tsan --target search_tests conformance_tests images_tests
	@for suite in search conformance images; do build/tsan/tests/$${suite}_tests --gtest_brief=1 \
	  --gtest_filter='-NativeBackend.*:KernelChoice*:*BeatsRandom*:*LearningSuite*' || exit 1; done  # these take minutes there, in one thread

fuzz:
	@tools/setup fuzz
	@cmake --preset fuzz > /dev/null && cmake --build build/fuzz --target fuzz_targets
	@for target in build/fuzz/tests/fuzz/fuzz_*; do \
	  [ -x $$target ] && [ -f $$target ] || continue; name=$${target##*/fuzz_}; \
	  mkdir -p build/fuzz/corpus/$$name; \
	  $$target -max_total_time=60 -timeout=10 build/fuzz/corpus/$$name tests/fuzz/seeds/$$name || exit 1; done

bench:
	@tools/setup build
	@cmake --preset release -DCRESCENDO_BENCH=ON > /dev/null && cmake --build build/release --target benches

peers:
	@tools/peers

tables:
	@bench/tables.py --write
	@bench/size_curves.py

page:
	@tools/setup page
	@cd page && npm run --silent build

page-test:
	@tools/setup test
	@cd page && npm run --silent check && npm run --silent test

pictures:
	@tools/setup page
	@node page/tests/pictures.mjs "$(REPORT)" docs

format:
	clang-format-14 -i $$(git ls-files '*.h' '*.cc')

clean:
	rm -rf build
