#include "train/checkpoint.h"

#include <algorithm>
#include <cstring>

#include "crescendo/error.h"
#include "train/plan_json.h"

namespace crescendo {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  bad_input("the checkpoint belongs to another training: " + why +
            "; continue with the same point, options and pictures, or take another file");
}

/// The first field in which two plans differ, as "its schedule.decay is "step", now "cosine""; empty if in none.
std::string first_difference(const Json& stored, const Json& wanted, const std::string& prefix = "") {
  for (const auto& [name, value] : wanted.items()) {
    const Json& before = stored.at(name);
    if (before == value) continue;
    if (value.is_object()) return first_difference(before, value, prefix + name + ".");
    return "its " + prefix + name + " is " + before.dump() + ", now it is " + value.dump();
  }
  return "";
}

std::vector<int> sorted(std::span<const int> values) {
  std::vector<int> result(values.begin(), values.end());
  std::sort(result.begin(), result.end());
  return result;
}

class Fingerprint {
 public:
  void add(std::uint64_t value) {
    // A step of splitmix64, which spreads each value over all bits.
    state_ = (state_ ^ value) + 0x9e3779b97f4a7c15u;
    state_ = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9u;
    state_ = (state_ ^ (state_ >> 27)) * 0x94d049bb133111ebu;
    state_ ^= state_ >> 31;
  }
  void add_bytes(std::span<const std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + i, std::min(sizeof word, bytes.size() - i));
      add(word);
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace

Checkpoint with_plan(Checkpoint checkpoint, const TrainingPlan& plan) {
  Json stored = to_json(checkpoint.plan), wanted = to_json(plan);
  for (const char* name :
       {"batch_size", "learning_rate", "momentum", "l1", "l2", "clip_norm", "mirror", "shift", "max_epochs", "seed"}) {
    wanted.erase(name);
  }
  wanted["shape"].erase("dropout");
  const std::string difference = first_difference(stored, wanted);
  if (!difference.empty()) refuse(difference);
  const auto batch = static_cast<std::size_t>(plan.batch_size);
  checkpoint.steps = checkpoint.epoch * static_cast<std::int64_t>((checkpoint.order.size() + batch - 1) / batch);
  checkpoint.plan = plan;
  TrainingResult& so_far = checkpoint.so_far;
  so_far.best_epoch = 0;
  so_far.weights.clear();
  so_far.confusion.clear();
  so_far.mistakes.clear();
  return checkpoint;
}

std::uint64_t pictures_fingerprint(const ImageSet& images, std::span<const int> training,
                                   std::span<const int> validation) {
  Fingerprint fingerprint;
  for (const std::span<const int> part : {training, validation}) {
    fingerprint.add(part.size());
    for (const int index : part) {
      fingerprint.add(static_cast<std::uint64_t>(index));
      fingerprint.add(static_cast<std::uint64_t>(images.labels[index]));
      fingerprint.add_bytes({images.picture(index), images.picture_bytes()});
    }
  }
  return fingerprint.value();
}

void check_continues(const Checkpoint& checkpoint, const TrainingPlan& plan, std::uint64_t pictures,
                     std::span<const int> training, std::span<const int> validation) {
  Json stored = to_json(checkpoint.plan), wanted = to_json(plan);
  wanted.erase("max_epochs");
  const std::string difference = first_difference(stored, wanted);
  if (!difference.empty()) refuse(difference);
  if (checkpoint.pictures != pictures) refuse("its pictures, or their parts, are others");
  if (sorted(checkpoint.order) != sorted(training)) refuse("its order is not one of these training pictures");
  for (const Mistake& mistake : checkpoint.so_far.mistakes) {
    const bool is_there = std::find(validation.begin(), validation.end(), mistake.picture) != validation.end();
    if (!is_there) refuse("a picture that its network got wrong is none of these validation pictures");
  }
  if (checkpoint.epoch > plan.max_epochs) {
    bad_input("the checkpoint stands after epoch " + std::to_string(checkpoint.epoch) + ", but at most " +
              std::to_string(plan.max_epochs) + " epochs are asked for; ask for no fewer");
  }
}

}  // namespace crescendo
