#include "train/plan_json.h"

#include <string>

#include "base/names.h"

namespace crescendo {
namespace {

constexpr std::string_view kWhere = "the plan";

template <class Enum, class Names>
std::string_view name_of(Enum value, const Names& names) {
  return names[static_cast<std::size_t>(value)];
}

}  // namespace

Json to_json(const NetworkShape& shape) {
  Json conv = Json::array();
  for (const ConvLayer& layer : shape.conv) conv.push_back({{"filters", layer.filters}, {"size", layer.size}});
  return {{"channels", shape.channels}, {"side_px", shape.side_px},      {"conv", conv},
          {"dense", shape.dense},       {"classes", shape.classes},      {"batch_norm", shape.batch_norm},
          {"dropout", shape.dropout},   {"dense_side", shape.dense_side}};
}

NetworkShape shape_from_json(const Json& json) {
  NetworkShape shape;
  json.at("channels").get_to(shape.channels);
  json.at("side_px").get_to(shape.side_px);
  for (const Json& layer : json.at("conv")) {
    shape.conv.push_back({layer.at("filters").get<int>(), layer.at("size").get<int>()});
  }
  json.at("dense").get_to(shape.dense);
  json.at("classes").get_to(shape.classes);
  shape.batch_norm = json.value("batch_norm", false);
  shape.dropout = json.value("dropout", 0.0);
  shape.dense_side = json.value("dense_side", 0);
  check_shape(shape);
  return shape;
}

Json to_json(const TrainingPlan& plan) {
  const LearningRateSchedule& schedule = plan.schedule;
  return {{"shape", to_json(plan.shape)},
          {"batch_size", plan.batch_size},
          {"optimiser", name_of(plan.optimiser, kOptimiserNames)},
          {"learning_rate", plan.learning_rate},
          {"schedule",
           {{"decay", name_of(schedule.decay, kDecayNames)},
            {"warmup_epochs", schedule.warmup_epochs},
            {"step_factor", schedule.step_factor},
            {"step_share", schedule.step_share},
            {"epochs", schedule.epochs}}},
          {"momentum", plan.momentum},
          {"l1", plan.l1},
          {"l2", plan.l2},
          {"clip_norm", plan.clip_norm},
          {"initial_scale", plan.initial.scale},
          {"zero_last", plan.initial.zero_last},
          {"mirror", plan.augmentation.mirror},
          {"shift", plan.augmentation.shift},
          {"class_weights", name_of(plan.class_weights, kClassWeightingNames)},
          {"max_epochs", plan.max_epochs},
          {"patience", plan.patience},
          {"seed", plan.seed},
          {"memory_bytes", plan.memory_bytes},
          {"kernels", plan.kernels ? to_text(*plan.kernels) : ""}};
}

TrainingPlan plan_from_json(const Json& json) {
  TrainingPlan plan;
  plan.shape = shape_from_json(json.at("shape"));
  json.at("batch_size").get_to(plan.batch_size);
  plan.optimiser = from_name<Optimiser>(kOptimiserNames, json.at("optimiser").get<std::string>(), "optimiser", kWhere);
  json.at("learning_rate").get_to(plan.learning_rate);
  const Json& schedule = json.at("schedule");
  plan.schedule.decay = from_name<Decay>(kDecayNames, schedule.at("decay").get<std::string>(), "decay", kWhere);
  schedule.at("warmup_epochs").get_to(plan.schedule.warmup_epochs);
  schedule.at("step_factor").get_to(plan.schedule.step_factor);
  schedule.at("step_share").get_to(plan.schedule.step_share);
  schedule.at("epochs").get_to(plan.schedule.epochs);
  json.at("momentum").get_to(plan.momentum);
  json.at("l1").get_to(plan.l1);
  json.at("l2").get_to(plan.l2);
  plan.clip_norm = json.value("clip_norm", plan.clip_norm);
  plan.initial.scale = json.value("initial_scale", plan.initial.scale);
  plan.initial.zero_last = json.value("zero_last", plan.initial.zero_last);
  json.at("mirror").get_to(plan.augmentation.mirror);
  json.at("shift").get_to(plan.augmentation.shift);
  plan.class_weights = from_name<ClassWeighting>(kClassWeightingNames, json.at("class_weights").get<std::string>(),
                                                 "class_weights", kWhere);
  json.at("max_epochs").get_to(plan.max_epochs);
  json.at("patience").get_to(plan.patience);
  json.at("seed").get_to(plan.seed);
  json.at("memory_bytes").get_to(plan.memory_bytes);
  const std::string kernels = json.value("kernels", "");
  if (!kernels.empty()) plan.kernels = parse_kernel_table(kernels, "kernels");
  return plan;
}

}  // namespace crescendo
