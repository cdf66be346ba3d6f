#include "cli/importance_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cli/words.h"

namespace crescendo {
namespace {

constexpr double kTooLarge = 0.5;  // part of the variance that one trial's loss may be without being named
constexpr int kFewTrials = 10;     // of which one may well be so much

constexpr int kBarWidth = 20;
constexpr std::size_t kShownPairs = 10, kShownPlaces = 8;

std::string bar(double share) {
  std::string text;
  for (int i = 0; i < static_cast<int>(std::lround(share * kBarWidth)); ++i) text += "#";
  return text;
}

std::string share_text(const Share& share) {
  return fmt::format("{:.1f} +- {:.1f} %", 100 * share.share, 100 * share.std);
}

std::string value_text(const Parameter& parameter, double value) {
  if (parameter.kind == Kind::kFloat) return fmt::format("{:.3g}", value);
  return to_text(external(parameter, value));
}

std::string best_text(const Parameter& parameter, const Curve& curve) {
  const Value best = best_value(parameter, curve);
  const auto* number = std::get_if<double>(&best);
  return number ? fmt::format("{:.3g}", *number) : to_text(best);
}

std::vector<std::size_t> by_share(const Importance& found) {
  std::vector<std::size_t> order(found.main.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return found.main[a].share > found.main[b].share; });
  return order;
}

std::string heading(const RungImportance& rung) {
  std::string text = rung.name.empty() ? "" : rung.name + ": ";
  text += fmt::format("{} trial{}", grouped(rung.trials), rung.trials == 1 ? "" : "s");
  if (!rung.found) return text + ", none with a loss\n";
  if (rung.found->failed > 0) text += fmt::format(", {} of them failed and count as the worst", rung.found->failed);
  text += fmt::format("; they cover {} of the space\n", percent(rung.found->covered));
  return text;
}

std::string main_table(const ImportanceReport& report, const RungImportance& rung) {
  const Importance& found = *rung.found;
  std::vector<std::vector<std::string>> rows = {
      {"parameter", "alone", "", "with others", "PED-ANOVA", "permutation", "best value"}};
  double together = 0;
  for (const std::size_t i : by_share(found)) {
    together += found.main[i].share;
    rows.push_back({report.space[i].name, share_text(found.main[i]), bar(found.main[i].share),
                    share_text(found.total[i]), percent(rung.ped[i]), percent(rung.permutation[i]),
                    best_text(report.space[i], found.curves[i])});
  }
  return table(rows, "lrlrrrr") +
         fmt::format("all of them alone: {}; the rest is interaction and noise\n", percent(together));
}

std::string pair_table(const ImportanceReport& report, const Importance& found) {
  std::vector<PairShare> pairs = found.pairs;
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const PairShare& a, const PairShare& b) { return a.share.share > b.share.share; });
  std::vector<std::vector<std::string>> rows = {{"pair", "", "interaction", ""}};
  for (const PairShare& pair : pairs) {
    if (rows.size() > kShownPairs) break;
    rows.push_back(
        {report.space[pair.a].name, report.space[pair.b].name, share_text(pair.share), bar(pair.share.share)});
  }
  return "\n" + table(rows, "llrl");
}

std::string triple_table(const ImportanceReport& report, const Importance& found) {
  std::vector<std::vector<std::string>> rows = {{"triple", "", "", "interaction"}};
  for (const TripleShare& triple : found.triples) {
    rows.push_back({});
    for (const std::size_t i : triple.parameters) rows.back().push_back(report.space[i].name);
    rows.back().push_back(share_text(triple.share));
  }
  return "\n" + table(rows, "lllr");
}

std::string condition_table(const ImportanceReport& report, const Importance& found) {
  std::vector<std::vector<std::string>> rows = {{"where active", "alone", "active in", "whether it is"}};
  for (const ConditionShare& condition : found.conditions) {
    rows.push_back({report.space[condition.parameter].name, share_text(condition.where_active),
                    percent(condition.probability), share_text(condition.condition)});
  }
  return "\n" + table(rows, "lrrr");
}

// Up to kShownPlaces of them, evenly, the first and the last among them.
std::vector<std::size_t> places(std::size_t count) {
  std::vector<std::size_t> chosen;
  const std::size_t shown = std::min(count, kShownPlaces);
  for (std::size_t i = 0; i < shown; ++i) chosen.push_back(shown == 1 ? 0 : i * (count - 1) / (shown - 1));
  return chosen;
}

std::string curve_tables(const ImportanceReport& report, const Importance& found) {
  std::string text;
  for (const std::size_t i : by_share(found)) {
    std::vector<std::vector<std::string>> rows = {{report.space[i].name, "mean loss"}};
    for (const std::size_t place : places(found.curves[i].size())) {
      const CurvePoint& point = found.curves[i][place];
      const double loss = report.maximize ? 0 - point.loss : point.loss;
      rows.push_back({value_text(report.space[i], point.value), fmt::format("{:.4g} +- {:.2g}", loss, point.std)});
    }
    text += "\n" + table(rows, "rr");
  }
  return text;
}

std::string surface_table(const ImportanceReport& report, const Surface& surface) {
  const Parameter &a = report.space[surface.a], &b = report.space[surface.b];
  std::vector<std::vector<std::string>> rows = {{fmt::format("{} \\ {}", a.name, b.name)}};
  const auto columns = places(surface.values_b.size());
  for (const std::size_t j : columns) rows[0].push_back(value_text(b, surface.values_b[j]));
  for (const std::size_t i : places(surface.values_a.size())) {
    rows.push_back({value_text(a, surface.values_a[i])});
    for (const std::size_t j : columns) {
      const double loss = surface.losses[i * surface.values_b.size() + j];
      rows.back().push_back(fmt::format("{:.4g} +- {:.2g}", report.maximize ? 0 - loss : loss,
                                        surface.stds[i * surface.values_b.size() + j]));
    }
  }
  return "\n" + table(rows, std::string(columns.size() + 1, 'r'));
}

std::string rung_text(const ImportanceReport& report, const RungImportance& rung) {
  std::string text = heading(rung);
  if (!rung.found) return text;
  const Importance& found = *rung.found;
  if (found.trials == 1) return text + "one trial does not tell what matters\n";
  if (found.constant) return text + "all losses are equal: nothing matters\n";
  if (found.trials > kFewTrials && found.largest_part > kTooLarge) {
    text += fmt::format(
        "one trial's loss is {:.0f} % of the variance; --percentile 95 counts losses that are worse than "
        "nearly all as no worse\n",
        100 * found.largest_part);
  }
  text += main_table(report, rung);
  if (!found.pairs.empty()) text += pair_table(report, found);
  if (!found.triples.empty()) text += triple_table(report, found);
  if (!found.conditions.empty()) text += condition_table(report, found);
  if (report.curves) text += curve_tables(report, found);
  for (const Surface& surface : found.surfaces) text += surface_table(report, surface);
  return text;
}

// Shares and best values of all rungs side by side, and how well they agree.
std::string side_by_side(const ImportanceReport& report) {
  std::vector<const RungImportance*> rungs;
  for (const RungImportance& rung : report.rungs) {
    if (rung.found && !rung.found->constant) rungs.push_back(&rung);
  }
  if (rungs.size() < 2) return "";
  std::vector<std::vector<std::string>> rows = {{"side by side"}};
  std::string alignment = "l";
  for (const RungImportance* rung : rungs) {
    rows[0].insert(rows[0].end(), {rung->name, "best value"});
    alignment += "rr";
  }
  for (const std::size_t i : by_share(*rungs.back()->found)) {
    rows.push_back({report.space[i].name});
    for (const RungImportance* rung : rungs) {
      rows.back().push_back(percent(rung->found->main[i].share));
      rows.back().push_back(best_text(report.space[i], rung->found->curves[i]));
    }
  }
  std::string text = "\n" + table(rows, alignment);
  for (std::size_t b = 1; b < rungs.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a) {
      std::vector<double> x, y;
      for (const Share& share : rungs[a]->found->main) x.push_back(share.share);
      for (const Share& share : rungs[b]->found->main) y.push_back(share.share);
      text += fmt::format("rank correlation of {} and {}: {:.2f}\n", rungs[a]->name, rungs[b]->name,
                          rank_correlation(x, y));
    }
  }
  return text;
}

}  // namespace

std::string importance_text(const ImportanceReport& report) {
  std::string text;
  for (const RungImportance& rung : report.rungs) text += (text.empty() ? "" : "\n") + rung_text(report, rung);
  text += side_by_side(report);
  if (report.together) text += "\n" + rung_text(report, *report.together);
  return text;
}

}  // namespace crescendo
