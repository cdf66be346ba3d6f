#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crescendo/images.h"
#include "crescendo/study.h"
#include "objective/cnn.h"
#include "search/ladder.h"

namespace crescendo {

/// What a user said of a search over a folder of pictures; the rest is chosen from the pictures.
struct ImageStudyRequest {
  std::string name;
  std::filesystem::path data;
  std::vector<int> sizes_px;          // empty: chosen
  std::vector<Fidelity> ladder = {};  // of image_side, epochs or both; what it lacks is the same at every rung
  std::optional<int> channels;        // none: as most of the pictures are
  Fit fit = Fit::kCrop;
  double share = 1;
  int classes = 0;           // 0: all
  int fold = 0, frames = 0;  // as in DataOptions
  std::optional<int> epochs;
  std::uint64_t seed = 0;
  bool augment = false;   // training pictures are mirrored, and moved by up to a tenth of the side
  bool balanced = false;  // every class counts alike, however many pictures it has
  Named sampler{"auto"}, schedule{"ramp"};
  Budget budget;
  int lag = 0;
  bool keeps_files =
      true;  // then a promoted trial goes on from its parent where the ladder's rungs differ in epochs alone
};

/// Those of the request; pictures are split alike whatever its seed.
DataOptions data_options(const ImageStudyRequest& request);

/// The sides searched when nobody says: the median shorter side, at most 128, and its half and quarter as long as
/// they are at least 7.
std::vector<int> choose_sizes(int median_shorter_side_px);

/// Throws Error (bad input) when a side is below 4 px or above the median shorter side of the pictures.
void check_sizes(const std::vector<int>& sizes_px, const DataSet& data);

/// Throws Error (bad input) for sizes that do not increase, and for a ladder that is none or is of something else.
Study make_image_study(const ImageStudyRequest& request, const DataSet& data);

/// The data set that a study's objective names, opened with the study's options.
std::unique_ptr<DataSet> open_study_data(const Study& study);

/// The sides of the study's ladder, lowest first. Throws Error (bad input) for a rung without a whole image_side or
/// number of epochs, and for sides that fall.
std::vector<int> ladder_sides(const Study& study);

/// Loads training and validation pictures at every side of the study's ladder, in one pass, with the study's fit
/// whatever that of `options`.
/// The test part is read when its function is called; it is empty if the data set has none.
std::shared_ptr<const CnnPictures> load_study_pictures(const Study& study, std::shared_ptr<const DataSet> data,
                                                       const LoadOptions& options, LoadReport& report,
                                                       const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace crescendo
