#include "bench/rivals.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

/// The pip environment has a folder for its version of Python.
bool has_package(const fs::path& environment, const std::string& package) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(environment / "lib", ignored)) {
    if (fs::exists(entry.path() / "site-packages" / package)) return true;
  }
  return false;
}

fs::path own_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

bool processor_has(const std::string& flag) {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (word == flag) return true;
    }
    return false;
  }
  return false;
}

/// One thread, and no instructions beyond the set, in every library that PyTorch or oneDNN may call.
Child::Environment held_to(std::string_view isa) {
  Child::Environment environment = {{"OMP_NUM_THREADS", "1"},      {"MKL_NUM_THREADS", "1"},
                                    {"OPENBLAS_NUM_THREADS", "1"}, {"CRESCENDO_ISA", std::string(isa)},
                                    {"CUDA_VISIBLE_DEVICES", ""},  {"PYTHONWARNINGS", "ignore"}};
  const auto limit = [&](const char* aten, const char* onednn, const char* mkl, const char* openblas) {
    environment.insert(environment.end(), {{"ATEN_CPU_CAPABILITY", aten},
                                           {"ONEDNN_MAX_CPU_ISA", onednn},
                                           {"DNNL_MAX_CPU_ISA", onednn},
                                           {"MKL_ENABLE_INSTRUCTIONS", mkl},
                                           {"OPENBLAS_CORETYPE", openblas}});
  };
  if (isa == "avx2") limit("avx2", "AVX2", "AVX2", "Haswell");
  if (isa == "portable") limit("default", "SSE41", "SSE4_2", "Nehalem");
  return environment;
}

void add_pytorch(std::vector<Contestant>& list, const std::string& prefix, const std::string& python,
                 const std::string& missing, std::string_view isa) {
  struct Form {
    const char* name;
    std::vector<std::string> flags;
    bool keeps_memory;
  };
  const std::vector<Form> forms = {
      {"default", {}, false},
      {"tuned_channels_last", {"--tuned", "--channels-last"}, false},
      {"tuned_channels_last_malloc", {"--tuned", "--channels-last"}, true},
      {"tuned_plain_layout", {"--tuned"}, false},
      {"tuned_plain_layout_malloc", {"--tuned"}, true},
  };
  for (const Form& form : forms) {
    Contestant one{prefix + form.name, {python, CRESCENDO_BENCH_DIR "/peers/pytorch_steps.py"}, held_to(isa), missing};
    one.command.insert(one.command.end(), form.flags.begin(), form.flags.end());
    // Without them the C library gives every activation back to the system in each step.
    if (form.keeps_memory) {
      one.environment.insert(
          one.environment.end(),
          {{"MALLOC_MMAP_MAX_", "0"}, {"MALLOC_TRIM_THRESHOLD_", "40000000000"}, {"MALLOC_TOP_PAD_", "67108864"}});
    }
    list.push_back(std::move(one));
  }
}

void add_onednn(std::vector<Contestant>& list, std::string_view isa) {
  const fs::path program = own_folder() / "onednn_steps";
  const std::string missing =
      fs::exists(program) ? "" : "it was not built, as libdnnl-dev was not there: run 'make peers', then 'make bench'";
  list.push_back({"onednn", {program.string()}, held_to(isa), missing});
  const bool has_bf16 = isa == "avx512" && processor_has("avx512_bf16");
  list.push_back({"onednn_bf16",
                  {program.string(), "--bf16"},
                  held_to(isa),
                  has_bf16 ? missing : "the processor, or the instruction set that was asked for, has no bf16"});
}

}  // namespace

std::string peers_folder() {
  const char* const folder = std::getenv("CRESCENDO_PEERS");
  return folder && *folder ? folder : (user_cache_folder() / "peers").string();
}

std::string peers_python() {
  if (!has_package(peers_folder(), "torch")) not_found("no PyTorch in " + peers_folder() + ": run 'make peers'");
  return peers_folder() + "/bin/python";
}

Contestant ours(std::string_view isa) { return {"ours", {(own_folder() / "native_steps").string()}, held_to(isa), ""}; }

std::vector<Contestant> rivals(std::string_view isa, std::string_view mode) {
  std::vector<Contestant> list;
  const bool pip = has_package(peers_folder(), "torch");
  add_pytorch(list, "pytorch_", peers_folder() + "/bin/python",
              pip ? "" : "it is not in " + peers_folder() + ": run 'make peers'", isa);
  const bool debian = fs::exists("/usr/lib/python3/dist-packages/torch/version.py");
  add_pytorch(list, "debian_pytorch_", "/usr/bin/python3",
              debian ? "" : "python3-torch is not installed: run 'make peers'", isa);
  if (mode == "train" || mode == "pair") add_onednn(list, isa);
  return list;
}

std::vector<Contestant> choose_rivals(const std::vector<Contestant>& all, const std::string& choice) {
  std::vector<Contestant> chosen;
  if (choice == "none") return chosen;
  std::vector<std::string> names;
  std::istringstream in(choice);
  for (std::string name; std::getline(in, name, ',');) names.push_back(name);
  const auto named = [](const Contestant& rival, const std::string& name) {
    return name == "all" || rival.name == name || rival.name.starts_with(name + "_");
  };
  for (const std::string& name : names) {
    if (std::any_of(all.begin(), all.end(), [&](const Contestant& rival) { return named(rival, name); })) continue;
    std::vector<std::string> known;
    for (const Contestant& rival : all) known.push_back(rival.name);
    bad_input(fmt::format("no rival called '{}' in this mode; there are: all none {}", name, fmt::join(known, " ")));
  }
  for (const Contestant& rival : all) {
    if (std::none_of(names.begin(), names.end(), [&](const std::string& name) { return named(rival, name); })) continue;
    if (rival.missing.empty()) {
      chosen.push_back(rival);
    } else if (std::find(names.begin(), names.end(), rival.name) != names.end()) {
      not_found(fmt::format("{}: {}", rival.name, rival.missing));
    }
  }
  return chosen;
}

std::string tuned_group(const std::string& name) {
  const std::size_t end = name.find("_tuned_");
  return end == std::string::npos ? "" : name.substr(0, end + 6);
}

}  // namespace crescendo
