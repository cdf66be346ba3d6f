#include "search/presets.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

TEST(Presets, EachNamesASamplerAndAScheduleThatThereAre) {
  for (const Preset& preset : kPresets) {
    Study study = small_study(10, 3, std::string(preset.schedule));
    study.sampler = {std::string(preset.sampler)};
    study = suited(std::move(study));
    EXPECT_NO_THROW(make_sampler(study)) << preset.name;
    EXPECT_NO_THROW(make_schedule(study)) << preset.name;
    EXPECT_NO_THROW(check_goes_together(study)) << preset.name;
    EXPECT_EQ(&find_preset(preset.name), &preset) << "names are different";
  }
}

TEST(Presets, AScheduleThatLeavesTheRungOpenNeedsASamplerThatChooses) {
  Study study = small_study(10, 3, "open");
  study.sampler = {"tpe"};
  try {
    check_goes_together(study);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "schedule open leaves each trial's rung to the sampler, but sampler tpe chooses none; there is: fabolas");
  }
  study.sampler = {"fabolas"};
  for (const char* schedule : {"open", "ramp", "flat"}) {
    study.schedule = {schedule};
    EXPECT_NO_THROW(check_goes_together(study)) << schedule;
  }
}

TEST(Presets, AnUnknownOneIsRefusedWithThoseThereAre) {
  try {
    find_preset("best");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("no preset called 'best'; there are: random tpe auto"), 0u)
        << error.what();
  }
}

}  // namespace
}  // namespace crescendo
