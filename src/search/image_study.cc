#include "search/image_study.h"

#include <fmt/format.h>

#include <algorithm>

#include "crescendo/error.h"
#include "objective/cnn_space.h"

namespace crescendo {
namespace {

constexpr int kLargestChosenSide = 128;  // the paper's largest; more must be asked for
constexpr int kSmallestSide = 7;         // a quarter of MNIST's 28
constexpr std::uint64_t kSplitSeed = 0;  // searches with different seeds must be judged on the same pictures

// The study keeps where the pictures are, whatever folder it is resumed from.
std::string absolute_text(const std::filesystem::path& path) {
  return std::filesystem::weakly_canonical(path).string();
}

}  // namespace

std::vector<int> choose_sizes(int median_shorter_side_px) {
  const int top = std::min(kLargestChosenSide, median_shorter_side_px);
  std::vector<int> sizes;
  for (const int divisor : {4, 2, 1}) {
    if (top / divisor >= kSmallestSide || divisor == 1) sizes.push_back(top / divisor);
  }
  return sizes;
}

void check_sizes(const std::vector<int>& sizes_px, const DataSet& data) {
  for (std::size_t i = 0; i < sizes_px.size(); ++i) {
    if (sizes_px[i] < 4) bad_input(fmt::format("a size of {} px is too small; give sizes from 4 px", sizes_px[i]));
    if (i > 0 && sizes_px[i] <= sizes_px[i - 1]) {
      bad_input(fmt::format("the sizes must increase, but {} px comes after {} px", sizes_px[i], sizes_px[i - 1]));
    }
  }
  if (!sizes_px.empty() && sizes_px.back() > data.median_shorter_side_px()) {
    bad_input(fmt::format("a size of {} px is above the pictures' median shorter side; give sizes up to {} px",
                          sizes_px.back(), data.median_shorter_side_px()));
  }
}

Study make_image_study(const ImageStudyRequest& request, const DataSet& data) {
  const std::vector<int> sizes =
      request.sizes_px.empty() ? choose_sizes(data.median_shorter_side_px()) : request.sizes_px;
  check_sizes(sizes, data);
  CnnOptions cnn;
  cnn.data = absolute_text(request.data);
  cnn.fingerprint = fmt::format("{:016x}", data.fingerprint());
  cnn.channels = request.channels.value_or(data.mostly_colour() ? 3 : 1);
  cnn.share = request.share;
  Study study;
  study.name = request.name;
  study.seed = request.seed;
  study.objective = {"cnn", to_options(cnn)};
  study.sampler = request.sampler;
  study.schedule = request.schedule;
  study.budget = request.budget;
  study.ladder = image_ladder(sizes, request.epochs);
  study.space = cnn_space(sizes.back());
  return study;
}

std::unique_ptr<DataSet> open_study_data(const Study& study) {
  const CnnOptions options = read_cnn_options(study.objective.options);
  return open_data_set(options.data, {kSplitSeed, options.share});
}

std::vector<int> ladder_sides(const Study& study) {
  std::vector<int> sides;
  for (const Rung& rung : study.ladder) {
    for (const char* field : {"image_side", "epochs"}) {
      if (!rung.fidelity.contains(field) || rung.fidelity.at(field) < 1) {
        bad_input(fmt::format("rung {}: {} is missing, which the CNN needs", sides.size() + 1, field));
      }
    }
    sides.push_back(static_cast<int>(rung.fidelity.at("image_side")));
  }
  return sides;
}

std::shared_ptr<const CnnPictures> load_study_pictures(const Study& study, std::shared_ptr<const DataSet> data,
                                                       const LoadOptions& options, LoadReport& report,
                                                       const std::function<void(std::size_t, std::size_t)>& progress) {
  const int channels = read_cnn_options(study.objective.options).channels;
  std::vector<int> sides = ladder_sides(study);
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());  // rungs may differ in epochs alone
  const std::array parts = {Part::kTraining, Part::kValidation};
  auto pictures = std::make_shared<CnnPictures>();
  for (ImageSet& set : load_images(*data, parts, sides, channels, options, report, progress)) {
    const int side_px = set.side_px;
    pictures->by_side[side_px] = std::make_shared<const ImageSet>(std::move(set));
  }
  pictures->test = [data, channels, options](int side_px) {
    LoadReport ignored;
    const std::array test = {Part::kTest};
    const std::array side = {side_px};
    return std::move(load_images(*data, test, side, channels, options, ignored).front());
  };
  return pictures;
}

}  // namespace crescendo
