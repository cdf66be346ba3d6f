#pragma once

#include <string>
#include <vector>

#include "crescendo/study.h"

namespace crescendo {

/// What can be learnt from one other study.
struct Source {
  std::string name;   // URL#STUDY
  int trials = 0;     // points that were executed there
  int told = 0;       // of them, those whose point lies in this study's space
  std::string first;  // why the first of the others does not
};

/// Reads the studies that `study` is to learn from and sets its lessons: the points that were executed there, each
/// as it ended at its highest rung, with the values of the parameters of the same names. A trial is left out where a parameter that is active here has no value
/// there, or one that it cannot have here; a number is moved to the nearest step.
/// Throws Error (bad input, not found) for a source that is not there, or none of whose trials can be told.
std::vector<Source> read_lessons(Study& study);

}  // namespace crescendo
