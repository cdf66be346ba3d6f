#include "train/checkpoint_file.h"

#include "base/files.h"
#include "crescendo/error.h"
#include "train/plan_json.h"
#include "train/sectioned_file.h"

namespace crescendo {
namespace {

constexpr std::string_view kMagic = "CRCP";
constexpr std::uint32_t kVersion = 1;

static_assert(sizeof(int) == 4, "indices and counts are written as they lie in memory");

/// Lengths of the arrays that follow the header.
struct Lengths {
  std::size_t order = 0, confusion = 0, best_weights = 0;
};

Json to_json(const EpochResult& epoch) {
  return {{"epoch", epoch.epoch},
          {"training_loss", epoch.training_loss},
          {"validation_error", epoch.validation_error},
          {"validation_loss", epoch.validation_loss},
          {"learning_rate", epoch.learning_rate},
          {"seconds", epoch.seconds},
          {"images_per_second", epoch.images_per_second}};
}

EpochResult epoch_from_json(const Json& json) {
  EpochResult epoch;
  json.at("epoch").get_to(epoch.epoch);
  json.at("training_loss").get_to(epoch.training_loss);
  json.at("validation_error").get_to(epoch.validation_error);
  json.at("validation_loss").get_to(epoch.validation_loss);
  json.at("learning_rate").get_to(epoch.learning_rate);
  json.at("seconds").get_to(epoch.seconds);
  json.at("images_per_second").get_to(epoch.images_per_second);
  return epoch;
}

Json to_json(const Mistake& mistake) {
  return {{"picture", mistake.picture}, {"predicted", mistake.predicted}, {"probability", mistake.probability}};
}

Mistake mistake_from_json(const Json& json) {
  return {json.at("picture").get<int>(), json.at("predicted").get<int>(), json.at("probability").get<double>()};
}

Json header_of(const Checkpoint& checkpoint) {
  const TrainingResult& so_far = checkpoint.so_far;
  Json curve = Json::array(), mistakes = Json::array();
  for (const Mistake& mistake : so_far.mistakes) mistakes.push_back(to_json(mistake));
  for (const EpochResult& epoch : so_far.curve) curve.push_back(to_json(epoch));
  return {{"plan", to_json(checkpoint.plan)},
          {"pictures", checkpoint.pictures},
          {"epoch", checkpoint.epoch},
          {"steps", checkpoint.steps},
          {"seconds", checkpoint.seconds},
          {"best",
           {{"epoch", so_far.best_epoch},
            {"validation_error", so_far.validation_error},
            {"validation_loss", so_far.validation_loss},
            {"per_class_error", so_far.per_class_error},
            {"mistakes", mistakes}}},
          {"curve", curve},
          {"lengths",
           {{"order", checkpoint.order.size()},
            {"confusion", so_far.confusion.size()},
            {"best_weights", so_far.weights.size()}}}};
}

Lengths read_fields(const Json& header, Checkpoint& checkpoint) {
  checkpoint.plan = plan_from_json(header.at("plan"));
  header.at("pictures").get_to(checkpoint.pictures);
  header.at("epoch").get_to(checkpoint.epoch);
  header.at("steps").get_to(checkpoint.steps);
  header.at("seconds").get_to(checkpoint.seconds);
  TrainingResult& so_far = checkpoint.so_far;
  const Json& best = header.at("best");
  best.at("epoch").get_to(so_far.best_epoch);
  best.at("validation_error").get_to(so_far.validation_error);
  best.at("validation_loss").get_to(so_far.validation_loss);
  best.at("per_class_error").get_to(so_far.per_class_error);
  for (const Json& mistake : best.value("mistakes", Json::array())) {
    so_far.mistakes.push_back(mistake_from_json(mistake));
  }
  for (const Json& epoch : header.at("curve")) so_far.curve.push_back(epoch_from_json(epoch));
  const Json& lengths = header.at("lengths");
  return {lengths.at("order").get<std::size_t>(), lengths.at("confusion").get<std::size_t>(),
          lengths.at("best_weights").get<std::size_t>()};
}

Lengths read_header(std::string_view text, const FilePieces& pieces, Checkpoint& checkpoint) {
  Lengths lengths;
  try {
    lengths = read_fields(Json::parse(text), checkpoint);
  } catch (const Json::exception& e) {
    pieces.refuse(std::string("has a broken header: ") + e.what());
  } catch (const Error& e) {
    pieces.refuse(std::string("describes an impossible training: ") + e.what());
  }
  const std::size_t classes = checkpoint.plan.shape.classes;
  const auto is_one_of = [](std::size_t value, std::size_t a, std::size_t b) { return value == a || value == b; };
  for (const Mistake& mistake : checkpoint.so_far.mistakes) {
    const auto predicted = static_cast<std::size_t>(mistake.predicted);
    if (mistake.predicted < 0 || predicted >= classes) pieces.refuse("predicts a class that its network does not have");
  }
  if (!is_one_of(lengths.confusion, 0, classes * classes) ||
      !is_one_of(lengths.best_weights, 0, parameter_count(checkpoint.plan.shape))) {
    pieces.refuse("has arrays that do not fit its network");
  }
  return lengths;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  const TrainingPlan& plan = checkpoint.plan;
  check(checkpoint.weights.size() == parameter_count(plan.shape) &&
            checkpoint.moments.size() == moment_count(plan.shape, plan.optimiser),
        "a checkpoint has the weights and moments of its plan");
  write_file(file, {file_head(kMagic, kVersion, header_of(checkpoint)), array_bytes(checkpoint.order),
                    array_bytes(checkpoint.so_far.confusion), array_bytes(checkpoint.weights),
                    array_bytes(checkpoint.moments), array_bytes(checkpoint.so_far.weights)});
}

Checkpoint load_checkpoint(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  FilePieces pieces(file, "a checkpoint", bytes);
  Checkpoint checkpoint;
  const Lengths lengths = read_header(pieces.take_head(kMagic, kVersion), pieces, checkpoint);
  const TrainingPlan& plan = checkpoint.plan;
  checkpoint.order = pieces.take_array<int>(lengths.order, "order");
  checkpoint.so_far.confusion = pieces.take_array<int>(lengths.confusion, "confusion matrix");
  checkpoint.weights = pieces.take_array<float>(parameter_count(plan.shape), "weights");
  checkpoint.moments = pieces.take_array<float>(moment_count(plan.shape, plan.optimiser), "moments");
  checkpoint.so_far.weights = pieces.take_array<float>(lengths.best_weights, "best weights");
  pieces.finish("best weights");
  return checkpoint;
}

}  // namespace crescendo
