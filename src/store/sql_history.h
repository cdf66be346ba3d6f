#pragma once

#include "store/sql.h"

namespace crescendo {

/// Reads into a history what has changed of its study since its revision: trials, boxes, queue, time used. Whether it
/// was at another revision, so that the study's definition may have changed too. Inside a transaction. Throws Error (bad
/// input) if another program has added trials.
bool bring_up_to_date(SqlConnection& connection, std::int64_t study, History& history);

/// An intermediate value, whose type stands in the column behind it.
double read_loss(const SqlRow& row, int column);

}  // namespace crescendo
