// Is learning the same? Random points of the CNN's default space, trained by us and by PyTorch from the same initial
// weights, with the same pictures in the same order, and by us with two more seeds, for the spread that chance alone
// makes. One raw row a point; a point that has its row is not run again.
//
//   learning --rows FILE [--work FOLDER] [--points N] [--epochs E] DATA...
//
// DATA: folders of pictures. `bench/tables.py` makes the table.

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "bench/networks.h"
#include "bench/rivals.h"
#include "crescendo/error.h"
#include "crescendo/images.h"
#include "crescendo/rng.h"
#include "crescendo/space.h"
#include "objective/cnn.h"
#include "objective/cnn_space.h"
#include "space/encode.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/epoch_order.h"
#include "train/initial_weights.h"
#include "train/kernels/dispatch.h"
#include "train/trainer.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr int kSidePx = 32, kSmallestBatch = 32;
constexpr int kSeeds = 3;  // the first one's weights and order are PyTorch's too
constexpr std::uint64_t kPointSeed = 1;

struct Choice {
  std::string rows;
  fs::path work = fs::temp_directory_path() / "crescendo_learning";
  int points = 20;
  int epochs = 5;
  std::vector<fs::path> data;
};

Choice parse(int count, char** arguments) {
  Choice choice;
  for (int i = 1; i < count; ++i) {
    const std::string flag = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= count) bad_input(flag + " needs a value");
      return arguments[++i];
    };
    const auto number = [&] {
      const std::string text = value();
      const bool whole = !text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == std::string::npos;
      if (!whole || std::stoi(text) < 1) bad_input(fmt::format("{} needs a whole number from 1, not '{}'", flag, text));
      return std::stoi(text);
    };
    if (flag == "--rows") {
      choice.rows = value();
    } else if (flag == "--work") {
      choice.work = value();
    } else if (flag == "--points") {
      choice.points = number();
    } else if (flag == "--epochs") {
      choice.epochs = number();
    } else if (flag.starts_with("--")) {
      bad_input("no option called '" + flag + "'; there are: --rows --work --points --epochs");
    } else {
      choice.data.push_back(flag);
    }
  }
  if (choice.rows.empty() || choice.data.empty()) bad_input("give --rows FILE and at least one folder of pictures");
  return choice;
}

/// The default space, but for the smallest batches, which take long.
Space quick_space() {
  const Space whole_space = cnn_space(kSidePx);
  std::vector<Parameter> parameters(whole_space.parameters().begin(), whole_space.parameters().end());
  for (Parameter& p : parameters) {
    if (p.name == "batch_size") p.low = kSmallestBatch;
  }
  return Space(std::move(parameters));
}

Point random_point(const Space& space, int number) {
  Rng rng(kPointSeed, {static_cast<std::uint64_t>(number)});
  std::vector<double> unit(space.size());
  for (double& u : unit) u = rng.uniform();
  return point_in_box(space, whole(space), unit);
}

template <class T>
void write_array(const fs::path& file, const std::vector<T>& values) {
  write_file(file, std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
}

std::string name_of(const fs::path& data) { return fs::weakly_canonical(data).filename().string(); }

/// A data set as both sides see it.
struct Pictures {
  std::string name;
  ImageSet images;
  std::vector<int> training, validation;
};

Pictures load(const fs::path& folder) {
  const auto data = open_data_set(folder, {});
  const std::array parts = {Part::kTraining, Part::kValidation};
  const std::array sides = {kSidePx};
  LoadReport report;
  auto sets = load_images(*data, parts, sides, data->mostly_colour() ? 3 : 1, {}, report);
  Pictures pictures{name_of(folder), std::move(sets.front()), {}, {}};
  pictures.training = pictures.images.indices(Part::kTraining);
  pictures.validation = pictures.images.indices(Part::kValidation);
  return pictures;
}

void write_pictures(const fs::path& folder, const Pictures& pictures) {
  make_writable_folder(folder);
  write_array(folder / "pixels.u8", pictures.images.pixels);
  write_array(folder / "labels.i32", pictures.images.labels);
  write_array(folder / "validation.i32", pictures.validation);
}

Json plan_json(const TrainingPlan& plan) {
  return {{"shape", asked_shape_json(plan.shape)},
          {"batch_size", plan.batch_size},
          {"learning_rate", plan.learning_rate},
          {"momentum", plan.momentum},
          {"l1", plan.l1},
          {"l2", plan.l2},
          {"epochs", plan.max_epochs}};
}

/// Everything that PyTorch needs to do the same, as arrays.
void write_point(const fs::path& folder, const TrainingPlan& plan, const Pictures& pictures) {
  make_writable_folder(folder);
  Json json = plan_json(plan);
  json["mean"] = pictures.images.normalisation.mean;
  json["scale"] = pictures.images.normalisation.scale;
  write_file(folder / "plan.json", to_line(json));
  write_array(folder / "weights.f32", initial_weights(plan.shape, plan.seed, plan.initial));
  std::vector<int> order = pictures.training, orders;
  for (int epoch = 1; epoch <= plan.max_epochs; ++epoch) {
    shuffle_for_epoch(order, plan.seed, epoch);
    orders.insert(orders.end(), order.begin(), order.end());
  }
  write_array(folder / "orders.i32", orders);
}

/// {"errors", "training_losses"}: of each epoch, fewer where the training diverged.
Json train_ours(Arena& arena, const TrainingPlan& plan, const Pictures& pictures) {
  const TrainingResult result =
      train(find_backend("native"), arena, plan, pictures.images, pictures.training, pictures.validation);
  if (result.end != TrainingEnd::kFinished && result.end != TrainingEnd::kDiverged) unavailable(result.reason);
  Json curve = {{"errors", Json::array()}, {"training_losses", Json::array()}};
  for (const EpochResult& epoch : result.curve) {
    curve["errors"].push_back(epoch.validation_error);
    curve["training_losses"].push_back(epoch.training_loss);
  }
  return curve;
}

using Key = std::tuple<std::string, int, int>;  // data set, point, epochs

std::set<Key> rows_there(const std::string& file) {
  std::set<Key> keys;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const Json row = parse_json(line, file);
    keys.emplace(row.at("data"), row.at("point"), row.at("epochs"));
  }
  return keys;
}

void append_row(const std::string& file, const Json& row) {
  std::ofstream out(file, std::ios::app);
  out << to_line(row) << "\n";
  out.flush();
  if (!out) unavailable("cannot write rows to " + file);
}

class Comparison {
 public:
  explicit Comparison(const Choice& choice)
      : choice_(choice),
        there_(rows_there(choice.rows)),
        isa_(choose_kernels().name),
        pytorch_("pytorch", {peers_python(), CRESCENDO_BENCH_DIR "/peers/pytorch_learning.py"},
                 {{"OMP_NUM_THREADS", "1"}, {"CUDA_VISIBLE_DEVICES", ""}}) {}

  void compare(const Pictures& pictures) {
    write_pictures(choice_.work / pictures.name, pictures);
    for (int point = 0; point < choice_.points; ++point) {
      if (there_.contains({pictures.name, point, choice_.epochs})) continue;
      compare_point(pictures, point);
    }
  }

 private:
  void compare_point(const Pictures& pictures, int point) {
    TrainingPlan plan = training_plan({}, space_, random_point(space_, point), pictures.images, choice_.epochs, 0);
    plan.patience = 0;
    plan.memory_bytes = 0;
    Json ours = Json::array();
    for (int repeat = kSeeds - 1; repeat >= 0; --repeat) {  // the shared one last: `plan` is then what is handed over
      plan.seed = Rng(kPointSeed, {static_cast<std::uint64_t>(point), static_cast<std::uint64_t>(repeat)}).next();
      ours.insert(ours.begin(), train_ours(arena_, plan, pictures));
    }
    const fs::path folder = choice_.work / pictures.name / std::to_string(point);
    write_point(folder, plan, pictures);
    pytorch_.ask(folder.string());
    const Json theirs = pytorch_.answer();
    Json row = run_description(isa_);
    row["versions"] = theirs.at("versions");
    row["data"] = pictures.name;
    row["point"] = point;
    row["epochs"] = choice_.epochs;
    row["plan"] = plan_json(plan);
    row["training_pictures"] = pictures.training.size();
    row["validation_pictures"] = pictures.validation.size();
    row["ours"] = ours;
    row["pytorch"] = {{"errors", theirs.at("errors")}, {"training_losses", theirs.at("training_losses")}};
    append_row(choice_.rows, row);
    fs::remove_all(folder);
    const auto last = [](const Json& curve) {
      return curve["errors"].empty() ? 1.0 : curve["errors"].back().get<double>();
    };
    fmt::print("{} point {:2}: ours {:.3f} (other seeds {:.3f} {:.3f}), PyTorch {:.3f}\n", pictures.name, point,
               last(ours[0]), last(ours[1]), last(ours[2]), last(row["pytorch"]));
    std::fflush(stdout);
  }

  const Choice& choice_;
  const std::set<Key> there_;
  const std::string isa_;
  const Space space_ = quick_space();
  Child pytorch_;
  Arena arena_;
};

void run(const Choice& choice) {
  Comparison comparison(choice);
  for (const fs::path& data : choice.data) comparison.compare(load(data));
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("learning", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
