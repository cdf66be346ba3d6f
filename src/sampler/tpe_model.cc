#include "sampler/tpe_model.h"

#include <algorithm>
#include <cmath>

namespace crescendo {

TpeModel::TpeModel(const Space& space, const TpeRule& rule, int rung, bool alone)
    : space_(space), rule_(rule), seen_(rung, alone), columns_(space) {}

bool TpeModel::update(const History& history, int without) {
  const auto& lessons = history.study().lessons;
  lessons_ = lessons ? static_cast<int>(lessons->size()) : 0;
  there_.resize(static_cast<std::size_t>(lessons_) + history.trials().size());
  distance_.resize(there_.size());
  bool follows = true;
  const SeenTrials::Listener listener{[&](const Observation& o) {
                                        const auto row = static_cast<std::size_t>(o.row);
                                        follows = follows && columns_.add(o.row, *o.point);
                                        split_.add(o);
                                        there_[row] = 1;
                                        distance_[row] = o.rungs_away;
                                        moved_.push_back(o.row);
                                      },
                                      [&](const Observation& o) {
                                        split_.remove(o);
                                        there_[static_cast<std::size_t>(o.row)] = 0;
                                        moved_.push_back(o.row);
                                      }};
  return seen_.update(history, without, listener) && follows;
}

std::vector<Group> TpeModel::groups() const {
  std::vector<Group> groups;
  if (rule_.joint) {
    const auto parameters = space_.parameters();
    const bool conditions =
        std::any_of(parameters.begin(), parameters.end(), [](const Parameter& p) { return !p.active_when.empty(); });
    std::vector<int> rows;
    for (std::size_t row = 0; conditions && row < there_.size(); ++row) {
      if (there_[row]) rows.push_back(static_cast<int>(row));
    }
    return columns_.groups(space_, rows);
  }
  for (std::size_t p = 0; p < columns_.axes().size(); ++p) groups.push_back({p});
  return groups;
}

// Whether a row is one that a part's densities are fitted to.
bool TpeModel::belongs(const Part& part, int row) const {
  return there_[static_cast<std::size_t>(row)] && !std::isnan(columns_.at(part.group[0], row));
}

// Moves kernels to where they are due: those that moved, and those that are good now or were.
void TpeModel::move(const std::vector<int>& good) {
  moved_.insert(moved_.end(), good.begin(), good.end());
  moved_.insert(moved_.end(), good_.begin(), good_.end());
  std::sort(moved_.begin(), moved_.end());
  moved_.erase(std::unique(moved_.begin(), moved_.end()), moved_.end());
  std::vector<double> at;
  for (Part& part : parts_) {
    for (const int row : moved_) {
      const auto kernel = static_cast<std::size_t>(row);
      const bool due = belongs(part, row) && !std::binary_search(good.begin(), good.end(), row);
      if (due == part.bad.contains(kernel)) continue;
      if (!due) {
        part.bad.leave(kernel);
        continue;
      }
      at.clear();
      for (const std::size_t p : part.group) at.push_back(columns_.at(p, row));
      part.bad.join(kernel, at);
    }
  }
  moved_.clear();
  good_ = good;
}

void TpeModel::fit(Part& part, const std::vector<int>& good, const RungWeights& weight) const {
  const auto keep = static_cast<std::size_t>(rule_.parzen.forget_after);
  const auto distance = [&](int row) { return distance_[static_cast<std::size_t>(row)]; };
  part.good.clear();
  for (const int row : good) {
    if (belongs(part, row)) part.good.push_back(row);
  }
  part.weights = forgetting_weights(part.good.size(), keep);
  for (std::size_t i = 0; i < part.good.size(); ++i) part.weights[i] *= weight(distance(part.good[i]));

  std::vector<double> by_distance;
  for (int d = 0; d <= *std::max_element(distance_.begin(), distance_.end()); ++d) by_distance.push_back(weight(d));
  const std::size_t n = part.bad.kernels();
  std::vector<double> weights(there_.size());
  std::size_t i = 0;
  for (std::size_t row = 0; row < there_.size(); ++row) {
    if (!part.bad.contains(row)) continue;
    weights[row] = forgetting_weight(i++, n, keep) * by_distance[static_cast<std::size_t>(distance_[row])];
  }
  part.bad.settle(weights);
}

const std::vector<TpeModel::Part>& TpeModel::parts() {
  std::vector<Group> due = groups();
  const bool same = std::equal(parts_.begin(), parts_.end(), due.begin(), due.end(),
                               [](const Part& part, const Group& group) { return part.group == group; });
  if (!same) {
    parts_.clear();
    for (Group& group : due) {
      std::vector<Axis> axes;
      for (const std::size_t p : group) axes.push_back(columns_.axes()[p].axis());
      parts_.push_back({std::move(group), {}, {}, GrowingMixture(std::move(axes), rule_.parzen)});
    }
    moved_.clear();
    for (std::size_t row = 0; row < there_.size(); ++row) moved_.push_back(static_cast<int>(row));
  }
  const std::vector<int> good = split_.good(rule_.share);
  const RungWeights weight = split_.weights(rule_.enough);
  move(good);
  for (Part& part : parts_) fit(part, good, weight);
  return parts_;
}

bool TpeModel::knows(const Point& point) const {
  for (auto row = static_cast<std::size_t>(lessons_); row < there_.size(); ++row) {
    if (there_[row] && columns_.is_point_of(static_cast<int>(row), point)) return true;
  }
  return false;
}

}  // namespace crescendo
