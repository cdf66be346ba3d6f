#include "report/importance_report.h"

#include <algorithm>
#include <cmath>

#include "space/parse.h"

namespace crescendo {
namespace {

Json share_json(const Share& share) { return {{"share", share.share}, {"std", share.std}}; }

Json by_name(const Space& space, const std::vector<double>& values) {
  Json json = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) json[space[i].name] = values[i];
  return json;
}

Json by_name(const Space& space, const std::vector<Share>& shares) {
  Json json = Json::object();
  for (std::size_t i = 0; i < shares.size(); ++i) json[space[i].name] = share_json(shares[i]);
  return json;
}

class RungJson {
 public:
  RungJson(const Space& space, bool maximize, const RungImportance& rung)
      : space_(space), maximize_(maximize), rung_(rung) {}

  Json json(bool with_curves) const {
    Json json = {{"fidelity", rung_.fidelity}, {"trials", rung_.trials}};
    const Importance none, &found = rung_.found ? *rung_.found : none;
    json["failed"] = found.failed;
    json["covered"] = found.covered;
    json["main"] = by_name(space_, found.main);
    json["pairs"] = Json::array();
    for (const PairShare& pair : found.pairs) {
      json["pairs"].push_back({{"a", name(pair.a)}, {"b", name(pair.b)}});
      json["pairs"].back().update(share_json(pair.share));
    }
    json["total"] = by_name(space_, found.total);
    add_triples(json, found);
    add_conditions(json, found);
    json["best_values"] = best_values(found);
    json["ped_anova"] = by_name(space_, rung_.ped);
    json["permutation"] = by_name(space_, rung_.permutation);
    if (with_curves) json["curves"] = curves(found);
    add_surfaces(json, found);
    return json;
  }

 private:
  const std::string& name(std::size_t parameter) const { return space_[parameter].name; }
  double shown(double loss) const { return maximize_ ? 0 - loss : loss; }
  Json value(std::size_t parameter, double internal_value) const {
    return to_json(external(space_[parameter], internal_value));
  }

  void add_triples(Json& json, const Importance& found) const {
    if (found.triples.empty()) return;
    json["triples"] = Json::array();
    for (const TripleShare& triple : found.triples) {
      const auto& [a, b, c] = triple.parameters;
      json["triples"].push_back({{"a", name(a)}, {"b", name(b)}, {"c", name(c)}});
      json["triples"].back().update(share_json(triple.share));
    }
  }

  void add_conditions(Json& json, const Importance& found) const {
    json["conditions"] = Json::object();
    for (const ConditionShare& condition : found.conditions) {
      json["conditions"][name(condition.parameter)] = {{"probability", condition.probability},
                                                       {"condition", share_json(condition.condition)},
                                                       {"where_active", share_json(condition.where_active)}};
    }
  }

  Json best_values(const Importance& found) const {
    Json json = Json::object();
    for (std::size_t i = 0; i < found.curves.size(); ++i) {
      json[name(i)] = to_json(best_value(space_[i], found.curves[i]));
    }
    return json;
  }

  Json curves(const Importance& found) const {
    Json json = Json::object();
    for (std::size_t i = 0; i < found.curves.size(); ++i) {
      json[name(i)] = Json::array();
      for (const CurvePoint& point : found.curves[i]) {
        json[name(i)].push_back({{"value", value(i, point.value)},
                                 {"weight", point.weight},
                                 {"loss", shown(point.loss)},
                                 {"std", point.std}});
      }
    }
    return json;
  }

  void add_surfaces(Json& json, const Importance& found) const {
    if (found.surfaces.empty()) return;
    json["surfaces"] = Json::array();
    for (const Surface& surface : found.surfaces) {
      Json one = {
          {"a", name(surface.a)}, {"b", name(surface.b)}, {"values_a", Json::array()}, {"values_b", Json::array()}};
      for (const double v : surface.values_a) one["values_a"].push_back(value(surface.a, v));
      for (const double v : surface.values_b) one["values_b"].push_back(value(surface.b, v));
      one["loss"] = one["std"] = Json::array();
      const std::size_t width = surface.values_b.size();
      for (std::size_t i = 0; i < surface.values_a.size(); ++i) {
        Json losses = Json::array(), stds = Json::array();
        for (std::size_t j = 0; j < width; ++j) {
          losses.push_back(shown(surface.losses[i * width + j]));
          stds.push_back(surface.stds[i * width + j]);
        }
        one["loss"].push_back(losses);
        one["std"].push_back(stds);
      }
      json["surfaces"].push_back(one);
    }
  }

  const Space& space_;
  const bool maximize_;
  const RungImportance& rung_;
};

std::vector<double> main_effects(const Importance& found) {
  std::vector<double> shares;
  for (const Share& share : found.main) shares.push_back(share.share);
  return shares;
}

}  // namespace

Value best_value(const Parameter& parameter, const Curve& curve) {
  const auto best = std::min_element(curve.begin(), curve.end(),
                                     [](const CurvePoint& a, const CurvePoint& b) { return a.loss < b.loss; });
  return external(parameter, best->value);
}

RungImportance analyse(const TrialTable& trials, const ImportanceOptions& options, std::string name, Json fidelity) {
  RungImportance rung{std::move(name), std::move(fidelity), {}, static_cast<int>(trials.losses.size()), {}, {}};
  const auto finite = [](double loss) { return std::isfinite(loss); };
  if (std::none_of(trials.losses.begin(), trials.losses.end(), finite)) return rung;
  rung.found = importance(trials, options);
  rung.ped = ped_anova(trials);
  rung.permutation = permutation_importance(trials, options.seed);
  return rung;
}

Json rung_importance_json(const Space& space, bool maximize, bool curves, const RungImportance& rung) {
  return RungJson(space, maximize, rung).json(curves);
}

Json importance_json(const ImportanceReport& report) {
  const auto json_of = [&](const RungImportance& rung) {
    return rung_importance_json(report.space, report.maximize, report.curves, rung);
  };
  Json json = {{"rungs", Json::array()}};
  for (const RungImportance& rung : report.rungs) json["rungs"].push_back(json_of(rung));
  json["rank_correlation"] = Json::array();
  for (const RungImportance& a : report.rungs) {
    Json row = Json::array();
    for (const RungImportance& b : report.rungs) {
      const bool both = a.found && b.found;
      const double correlation = both ? rank_correlation(main_effects(*a.found), main_effects(*b.found)) : std::nan("");
      row.push_back(std::isnan(correlation) ? Json(nullptr) : Json(correlation));
    }
    json["rank_correlation"].push_back(row);
  }
  if (report.together) json["together"] = json_of(*report.together);
  return json;
}

}  // namespace crescendo
