#include <fmt/format.h>

#include <optional>

#include "cli/commands.h"
#include "cli/other_kernels.h"
#include "crescendo/error.h"
#include "objective/cnn.h"
#include "search/summary.h"
#include "train/kernels/dispatch.h"

namespace crescendo {
namespace {

struct KernelsOptions {
  std::string storage, study;
  bool shipped = false;
};

KernelTable table_of(const KernelsOptions& options) {
  if (options.shipped) return shipped_kernel_table(choose_kernels().name);
  if (options.storage.empty()) return measured_kernels({});
  const auto store = open_existing_store(options.storage);
  const Study study = store->study(choose_study(*store, options.study));
  const std::string text = read_cnn_options(study.objective.options).kernels;
  if (text.empty()) not_found(fmt::format("the study '{}' names no kernels; it takes the shipped ones", study.name));
  return parse_kernel_table(text, study.name);
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<KernelsOptions>();
  const auto storage =
      command.add_option("--storage", options->storage, "print those of a study here instead of this processor's");
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only")
      .needs(storage);
  command.add_flag("--shipped", options->shipped, "print what is used where nobody measured").excludes(storage);
  return [options] {
    fmt::print("{}\n", to_text(table_of(*options)));
    return kExitSucceeded;
  };
}

}  // namespace

Command kernels_command() {
  return {"kernels", "print which kernels compute, measuring them if that was never done; for 'tune --kernels'",
          declare};
}

}  // namespace crescendo
