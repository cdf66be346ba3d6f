#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crescendo/study.h"
#include "train/trainer.h"

namespace crescendo {

/// The CNN's default space for pictures of up to `top_side_px`, in the kind of Hinz et al. 2018: learning_rate,
/// conv_layers, filters_i, filter_size_i, fc_layers, units_i, batch_size, l1 and l2 (each off or a strength).
Space cnn_space(int top_side_px);

/// The most convolutions that the default space has at a side: min(6, floor(log2 side) - 1), at least 1.
int most_conv_layers(int side_px);

/// What limits the default space at a side: no more convolutions than fit.
std::map<std::string, std::pair<double, double>> depth_limits(int side_px);

/// A ladder over image sides: the paper's shares (50/33/17 %, for three rungs) and each side's limit of conv_layers.
std::vector<Rung> image_ladder(std::span<const int> sides_px, int epochs);

/// The space with `perturb` at those parameters of which a training that goes on may have another value.
Space with_perturbed(const Space& space);

/// Throws Error (bad input) naming a parameter of the space that the CNN does not know or cannot perturb, or a value it
/// cannot use.
void check_cnn_space(const Space& space);

/// Throws Error (bad input) naming the parameter that a point lacks of those that describe a network and its training.
void require_whole_point(const Space& space, const Point& point);

/// What a point means. A parameter that the space lacks has its usual value: 32 filters of size 3, no dense layer,
/// batches of 32, learning rate 0.01, no L1 and L2; what the objective has an option for keeps its value in the plan.
/// `shape` comes with channels, side and classes; conv and dense are set.
void apply_point(const Space& space, const Point& point, TrainingPlan& plan);

}  // namespace crescendo
