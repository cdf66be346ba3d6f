// Do sizes agree? The same random points of the CNN's space, trained at several sizes with several seeds, under several
// ways of training. One raw row a training; one that has its row is not run again, so that it may be stopped and run
// by several processes over files of their own.
//
//   agreement --rows FILE [--variants NAME[:OPTION=VALUE]..,..] [--sides 16,32,64] [--first-point P] [--points N]
//             [--first-seed S] [--seeds N] [--epochs N] DATA...
//
// DATA: folders of pictures. A variant is a name of one's own and options of the objective `cnn`, as in
// gentle:warmup_epochs=1:clip_norm=1. `bench/tables.py` makes the table.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "bench/named.h"
#include "crescendo/error.h"
#include "crescendo/images.h"
#include "crescendo/rng.h"
#include "objective/cnn.h"
#include "objective/cnn_space.h"
#include "space/encode.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/kernels/dispatch.h"
#include "train/trainer.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPointSeed = 2;
constexpr int kSpaceSidePx = 16;  // of whose depths the points are, whatever sides are asked for

struct Choice {
  std::string rows;
  std::vector<std::string> variants = {"usual"};
  std::vector<int> sides_px = {16, 32, 64};
  int first_point = 0, points = 24, first_seed = 0, seeds = 2, epochs = 20;
  std::vector<fs::path> data;
};

Choice parse(int count, char** arguments) {
  Choice choice;
  CLI::App app("Do sizes agree?");
  app.add_option("--rows", choice.rows)->required();
  app.add_option("--variants", choice.variants)->delimiter(',');
  app.add_option("--sides", choice.sides_px)->delimiter(',')->check(CLI::Range(4, 1024));
  app.add_option("--first-point", choice.first_point)->check(CLI::NonNegativeNumber);
  app.add_option("--points", choice.points)->check(CLI::PositiveNumber);
  app.add_option("--first-seed", choice.first_seed)->check(CLI::NonNegativeNumber);
  app.add_option("--seeds", choice.seeds)->check(CLI::PositiveNumber);
  app.add_option("--epochs", choice.epochs)->check(CLI::PositiveNumber);
  app.add_option("data", choice.data)->required()->check(CLI::ExistingDirectory);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    bad_input(error.what());
  }
  std::sort(choice.sides_px.begin(), choice.sides_px.end());
  return choice;
}

Point random_point(const Space& space, int number) {
  Rng rng(kPointSeed, {static_cast<std::uint64_t>(number)});
  std::vector<double> unit(space.size());
  for (double& u : unit) u = rng.uniform();
  return point_in_box(space, whole(space), unit);
}

struct Pictures {
  std::string name;
  std::map<int, ImageSet> by_side;
};

Pictures load(const fs::path& folder, const std::vector<int>& sides_px) {
  const auto data = open_data_set(folder, {});
  const std::array parts = {Part::kTraining, Part::kValidation};
  LoadReport report;
  Pictures pictures{fs::weakly_canonical(folder).filename().string(), {}};
  for (ImageSet& set : load_images(*data, parts, sides_px, 1, {}, report)) {
    const int side_px = set.side_px;
    pictures.by_side.emplace(side_px, std::move(set));
  }
  return pictures;
}

/// Validation error of always answering the class that most of the validation pictures have.
double constant_error(const ImageSet& images) {
  std::vector<int> count(images.classes.size());
  const auto validation = images.indices(Part::kValidation);
  for (const int i : validation) ++count[static_cast<std::size_t>(images.labels[static_cast<std::size_t>(i)])];
  return 1 - *std::max_element(count.begin(), count.end()) / static_cast<double>(validation.size());
}

using Key = std::tuple<std::string, std::string, int, int, int, int>;  // data, variant, point, side, seed, epochs

class Rows {
 public:
  explicit Rows(const std::string& file) : file_(file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) there_.insert(key(parse_json(line, file)));
  }

  bool has(const Key& key) const { return there_.contains(key); }

  void add(const Json& row) {
    std::ofstream out(file_, std::ios::app);
    out << to_line(row) << "\n";
    out.flush();
    if (!out) unavailable("cannot write rows to " + file_);
  }

 private:
  static Key key(const Json& row) {
    return {row.at("data"), row.at("variant"), row.at("point"), row.at("side_px"), row.at("seed"), row.at("epochs")};
  }

  std::string file_;
  std::set<Key> there_;
};

class Agreement {
 public:
  explicit Agreement(const Choice& choice) : choice_(choice), rows_(choice.rows) {}

  void measure(const Pictures& pictures) {
    for (int seed = choice_.first_seed; seed < choice_.first_seed + choice_.seeds; ++seed) {
      for (const std::string& variant : choice_.variants) {
        for (int point = choice_.first_point; point < choice_.first_point + choice_.points; ++point) {
          for (const auto& [side_px, images] : pictures.by_side) {
            if (rows_.has({pictures.name, variant, point, side_px, seed, choice_.epochs})) continue;
            add_row(pictures.name, variant, point, seed, images);
          }
        }
      }
    }
  }

 private:
  void add_row(const std::string& data, const std::string& variant, int point, int seed, const ImageSet& images) {
    const CnnOptions options = read_cnn_options(parse_named(variant).options);
    const std::uint64_t run_seed =
        Rng(kPointSeed, {static_cast<std::uint64_t>(point), static_cast<std::uint64_t>(seed)}).next();
    const TrainingPlan plan =
        training_plan(options, space_, random_point(space_, point), images, choice_.epochs, run_seed);
    const double began = thread_cpu_seconds();
    const TrainingResult result = train(find_backend("native"), arena_, plan, images, images.indices(Part::kTraining),
                                        images.indices(Part::kValidation));
    if (result.end == TrainingEnd::kOutOfMemory) unavailable(result.reason);
    Json row = description_;
    row.update({{"data", data},
                {"variant", variant},
                {"point", point},
                {"side_px", images.side_px},
                {"seed", seed},
                {"epochs", choice_.epochs},
                {"learning_rate", plan.learning_rate},
                {"diverged", result.end == TrainingEnd::kDiverged},
                {"error", result.best_epoch == 0 ? 1 : result.validation_error},
                {"constant_error", constant_error(images)},
                {"trained_epochs", result.curve.size()},
                {"cpu_seconds", thread_cpu_seconds() - began}});
    rows_.add(row);
    fmt::print("{} {} seed {} point {:2} {:3} px: {:.3f} in {:.1f} s\n", data, variant, seed, point, images.side_px,
               row["error"].get<double>(), row["cpu_seconds"].get<double>());
    std::fflush(stdout);
  }

  const Choice& choice_;
  Rows rows_;
  Arena arena_;
  const Json description_ = run_description(choose_kernels().name);
  const Space space_ = cnn_space(kSpaceSidePx);
};

void run(const Choice& choice) {
  Agreement agreement(choice);
  for (const fs::path& folder : choice.data) agreement.measure(load(folder, choice.sides_px));
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("agreement", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
