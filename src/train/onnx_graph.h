#pragma once

#include <span>
#include <string>
#include <string_view>

#include "train/network.h"

namespace crescendo {

// Field numbers of onnx.proto (ONNX 1.8, whose opset is 13), of the messages that are written and read.
namespace onnx {
inline constexpr std::uint32_t kModelIrVersion = 1, kModelProducer = 2, kModelGraph = 7, kModelOpset = 8,
                               kModelMetadata = 14;
inline constexpr std::uint32_t kOpsetVersion = 2;
inline constexpr std::uint32_t kEntryKey = 1, kEntryValue = 2;
inline constexpr std::uint32_t kGraphNode = 1, kGraphName = 2, kGraphInitializer = 5, kGraphInput = 11,
                               kGraphOutput = 12;
inline constexpr std::uint32_t kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kNodeOperator = 4, kNodeAttribute = 5;
inline constexpr std::uint32_t kAttributeName = 1, kAttributeFloat = 2, kAttributeInteger = 3, kAttributeIntegers = 8,
                               kAttributeType = 20;
inline constexpr std::uint32_t kTensorDimension = 1, kTensorType = 2, kTensorName = 8, kTensorBytes = 9;
inline constexpr std::uint32_t kValueName = 1, kValueType = 2, kTypeTensor = 1, kTensorTypeElement = 1,
                               kTensorTypeShape = 2, kShapeDimension = 1, kDimensionValue = 1, kDimensionName = 2;
inline constexpr std::int64_t kFloat = 1;  // TensorProto.DataType
}  // namespace onnx

/// The one initializer that holds no weights: how much each value of an axis counts in each of its averages.
inline constexpr std::string_view kAverages = "average.share";

/// The network at inference as a GraphProto. Its initializers hold the weights in the plain order, and kAverages where
/// averages are of windows that differ; every message has its fields in the order of their numbers, as other programs
/// write them again.
std::string onnx_graph(const NetworkShape& shape, std::span<const float> weights);

}  // namespace crescendo
