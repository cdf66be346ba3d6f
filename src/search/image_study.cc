#include "search/image_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "objective/cnn_space.h"

namespace crescendo {
namespace {

constexpr int kLargestChosenSide = 128;  // the paper's largest; more must be asked for
constexpr int kSmallestSide = 7;         // a quarter of MNIST's 28
constexpr double kUsualShift = 0.1;      // of the side, where augmentation is asked for
constexpr std::uint64_t kSplitSeed = 0;  // searches with different seeds must be judged on the same pictures

constexpr int kUsualEpochs = 30;

std::vector<Rung> ladder_of_sizes(const ImageStudyRequest& request, const DataSet& data) {
  const std::vector<int> sizes =
      request.sizes_px.empty() ? choose_sizes(data.median_shorter_side_px()) : request.sizes_px;
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    if (sizes[i] > sizes[i - 1]) continue;
    bad_input(fmt::format("the sizes must increase, but {} px comes after {} px", sizes[i], sizes[i - 1]));
  }
  return image_ladder(sizes, request.epochs.value_or(kUsualEpochs));
}

// The side of every rung, where the ladder does not say it.
int only_side(const ImageStudyRequest& request, const DataSet& data) {
  if (request.sizes_px.empty()) return choose_sizes(data.median_shorter_side_px()).back();
  if (request.sizes_px.size() == 1) return request.sizes_px.front();
  bad_input("beside --ladder, --sizes is one size; give those of the rungs with --ladder image_side=32,64,64");
}

std::vector<Rung> given_ladder(const ImageStudyRequest& request, const DataSet& data) {
  std::vector<Fidelity> fidelities = request.ladder;
  bool has_sides = false, has_epochs = false;
  for (auto& [name, values] : fidelities) {
    if (name == "epoch") name = "epochs";  // as it is with programs
    has_sides |= name == "image_side";
    has_epochs |= name == "epochs";
    if (name == "image_side" || name == "epochs" || name == "data_share") continue;
    bad_input(fmt::format(
        "the ladder's '{}' is nothing that a rung of pictures has; there are: image_side epochs data_share", name));
  }
  if (has_sides && !request.sizes_px.empty())
    bad_input("--sizes and the ladder's image_side both say the sizes; leave one out");
  if (has_epochs && request.epochs) bad_input("--epochs and the ladder's epochs both say the epochs; leave one out");
  const std::size_t rungs = fidelities.front().second.size();
  const auto same = [&](int value) { return std::vector<double>(rungs, value); };
  if (!has_sides) fidelities.emplace_back("image_side", same(only_side(request, data)));
  if (!has_epochs) fidelities.emplace_back("epochs", same(request.epochs.value_or(kUsualEpochs)));
  return make_ladder(fidelities);
}

// The study keeps where the pictures are, whatever folder it is resumed from.
std::string absolute_text(const std::filesystem::path& path) {
  return std::filesystem::weakly_canonical(path).string();
}

}  // namespace

DataOptions data_options(const ImageStudyRequest& request) {
  return {kSplitSeed, request.share, request.classes, request.fold, request.frames};
}

std::vector<int> choose_sizes(int median_shorter_side_px) {
  const int top = std::min(kLargestChosenSide, median_shorter_side_px);
  std::vector<int> sizes;
  for (const int divisor : {4, 2, 1}) {
    if (top / divisor >= kSmallestSide || divisor == 1) sizes.push_back(top / divisor);
  }
  return sizes;
}

void check_sizes(const std::vector<int>& sizes_px, const DataSet& data) {
  for (const int side_px : sizes_px) {
    if (side_px < 4) bad_input(fmt::format("a size of {} px is too small; give sizes from 4 px", side_px));
    if (side_px > data.median_shorter_side_px()) {
      bad_input(fmt::format("a size of {} px is above the pictures' median shorter side; give sizes up to {} px",
                            side_px, data.median_shorter_side_px()));
    }
  }
}

Study make_image_study(const ImageStudyRequest& request, const DataSet& data) {
  Study study;
  study.ladder = request.ladder.empty() ? ladder_of_sizes(request, data) : given_ladder(request, data);
  share_time(study.ladder, request.budget);
  const std::vector<int> sides = ladder_sides(study);
  check_sizes(sides, data);
  for (std::size_t i = 0; i < sides.size(); ++i) study.ladder[i].limits = depth_limits(sides[i]);
  study.continues = request.keeps_files;
  bool goes_on = false;
  for (int rung = 1; rung <= study.top(); ++rung) goes_on = goes_on || study.goes_on(rung - 1, rung);
  study.continues = goes_on;
  CnnOptions cnn;
  cnn.data = absolute_text(request.data);
  cnn.fingerprint = fmt::format("{:016x}", data.fingerprint());
  cnn.channels = request.channels.value_or(data.mostly_colour() ? 3 : 1);
  cnn.fit = fit_name(request.fit);
  cnn.share = request.share;
  cnn.classes = request.classes;
  cnn.fold = request.fold;
  cnn.frames = request.frames;
  if (request.augment) {
    cnn.mirror = true;
    cnn.shift = kUsualShift;
  }
  if (request.balanced) cnn.class_weights = "balanced";
  study.name = request.name;
  study.seed = request.seed;
  study.objective = {"cnn", to_options(cnn)};
  study.sampler = request.sampler;
  study.schedule = request.schedule;
  study.budget = request.budget;
  study.lag = request.lag;
  study.space = cnn_space(sides.back());
  // In no other study, as those of earlier versions go on only with the space that they began with.
  if (study.schedule.name == "population") study.space = with_perturbed(study.space);
  return study;
}

std::unique_ptr<DataSet> open_study_data(const Study& study) {
  const CnnOptions options = read_cnn_options(study.objective.options);
  return open_data_set(options.data, {kSplitSeed, options.share, options.classes, options.fold, options.frames});
}

std::vector<int> ladder_sides(const Study& study) {
  std::vector<int> sides;
  for (const Rung& rung : study.ladder) {
    const std::string what = fmt::format("rung {}", sides.size() + 1);
    for (const char* field : {"image_side", "epochs"}) {
      const auto value = rung.fidelity.find(field);
      const bool fits = value != rung.fidelity.end() && value->second >= 1 && value->second <= 1'000'000 &&
                        std::floor(value->second) == value->second;
      if (!fits) bad_input(fmt::format("{}: {} must be a whole number in 1..1000000 for the CNN", what, field));
    }
    const auto share = rung.fidelity.find("data_share");
    if (share != rung.fidelity.end() && !(share->second > 0 && share->second <= 1)) {
      bad_input(fmt::format("{}: data_share must be above 0 and at most 1, not {}", what, share->second));
    }
    const int side_px = static_cast<int>(rung.fidelity.at("image_side"));
    if (!sides.empty() && side_px < sides.back()) {
      bad_input(fmt::format("{}: its image_side {} is below that of the rung before", what, side_px));
    }
    sides.push_back(side_px);
  }
  return sides;
}

std::shared_ptr<const CnnPictures> load_study_pictures(const Study& study, std::shared_ptr<const DataSet> data,
                                                       const LoadOptions& given, LoadReport& report,
                                                       const std::function<void(std::size_t, std::size_t)>& progress) {
  const CnnOptions cnn = read_cnn_options(study.objective.options);
  const int channels = cnn.channels;
  LoadOptions options = given;
  options.fit = find_fit(cnn.fit);
  std::vector<int> sides = ladder_sides(study);
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());  // rungs may differ in epochs alone
  const std::array parts = {Part::kTraining, Part::kValidation};
  auto pictures = std::make_shared<CnnPictures>();
  pictures->data = data;
  for (ImageSet& set : load_images(*data, parts, sides, channels, options, report, progress)) {
    const int side_px = set.side_px;
    pictures->by_side[side_px] = std::make_shared<const ImageSet>(std::move(set));
  }
  const auto& entries = data->entries();
  const bool has_test = std::any_of(entries.begin(), entries.end(),
                                    [](const DataSet::Entry& entry) { return entry.part == Part::kTest; });
  pictures->test = [data, channels, options, has_test, report_to = pictures->test_report](int side_px) {
    if (!has_test) return ImageSet{};
    const std::array test = {Part::kTest};
    const std::array side = {side_px};
    return std::move(load_images(*data, test, side, channels, options, *report_to).front());
  };
  return pictures;
}

}  // namespace crescendo
