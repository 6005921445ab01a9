// row_number, rank and the others that are window functions only. Like SQLite's they are aggregates over a
// frame of their own, chosen so that stepping into it and out of it counts what they need:
//
//   row_number    rows from the first to this one        percent_rank  groups from this one on: those left
//   behind count rank          groups from the first to this one      cume_dist     groups behind this one:
//   the same dense_rank    the same                               ntile         rows from this one on: the
//   same lag, lead     none: they read the row that far away  first_value, nth_value, last_value: the frame
//   as written
#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using planner::FrameBound;
using planner::FrameUnit;
using planner::WindowFrame;
using storage::Value;
using Arguments = std::span<const Value>;

struct RowNumber {
  std::int64_t rows = 0;
  bool step(CallContext&, Arguments) {
    ++rows;
    return true;
  }
  Value finish(CallContext&) const { return Value::integer(rows); }
};

struct Rank {
  std::int64_t rows = 0;
  std::int64_t rank = 0;
  bool step(CallContext&, Arguments) {
    ++rows;
    if (rank == 0) rank = rows;
    return true;
  }
  Value finish(CallContext&) {
    const Value result = Value::integer(rank);
    rank = 0;
    return result;
  }
};

struct DenseRank {
  std::int64_t groups = 0;
  bool is_new = false;
  bool step(CallContext&, Arguments) {
    is_new = true;
    return true;
  }
  Value finish(CallContext&) {
    if (is_new) ++groups;
    is_new = false;
    return Value::integer(groups);
  }
};

struct RowsLeftBehind {
  std::int64_t total = 0;
  std::int64_t behind = 0;
  bool step(CallContext&, Arguments) {
    ++total;
    return true;
  }
  void invert(CallContext&, Arguments) { ++behind; }
};

struct PercentRank : RowsLeftBehind {
  Value finish(CallContext&) const {
    return Value::real(total > 1 ? static_cast<double>(behind) / static_cast<double>(total - 1) : 0.0);
  }
};

struct CumulativeDistribution : RowsLeftBehind {
  Value finish(CallContext&) const {
    return total == 0 ? Value::null() : Value::real(static_cast<double>(behind) / static_cast<double>(total));
  }
};

struct Ntile : RowsLeftBehind {
  std::int64_t parts = 0;
  bool step(CallContext& call, Arguments a) {
    if (total == 0) {
      parts = integer_value(a[0]);
      if (parts <= 0) call.run.fail(ErrorCode::kError, "argument of ntile must be a positive integer");
    }
    ++total;
    return true;
  }
  Value finish(CallContext&) const {
    if (parts <= 0) return Value::null();
    const auto size = static_cast<std::int32_t>(total / parts);
    if (size == 0) return Value::integer(behind + 1);
    const std::int64_t larger = total - parts * size;
    const std::int64_t in_larger = larger * (size + 1);
    if (behind < in_larger) return Value::integer(1 + behind / (size + 1));
    return Value::integer(1 + larger + (behind - in_larger) / size);
  }
};

struct LastValue {
  storage::OwnedValue last;
  std::int64_t rows = 0;
  bool step(CallContext&, Arguments a) {
    last = storage::OwnedValue(a[0]);
    ++rows;
    return true;
  }
  void invert(CallContext&, Arguments) {
    if (--rows == 0) last = storage::OwnedValue(Value::null());
  }
  Value finish(CallContext& call) const { return storage::copy_value(last.view(), call.run.results()); }
};

/// With EXCLUDE, where the frame is read anew for every row.
struct FirstValue {
  storage::OwnedValue first;
  bool any = false;
  bool step(CallContext&, Arguments a) {
    if (!any) first = storage::OwnedValue(a[0]);
    any = true;
    return true;
  }
  Value finish(CallContext& call) const { return storage::copy_value(first.view(), call.run.results()); }
};

struct NthValue {
  storage::OwnedValue found;
  std::int64_t rows = 0;
  bool step(CallContext& call, Arguments a) {
    Value wanted = a[1];
    if (wanted.is_text()) wanted = storage::number_of_whole_text(wanted.as_bytes());
    std::int64_t number = 0;
    if (wanted.is_integer()) number = wanted.as_integer();
    if (wanted.is_real()) {
      const double real = wanted.as_real();
      if (real >= 1.0 && real < 9.0e18 && real == static_cast<double>(static_cast<std::int64_t>(real)))
        number = static_cast<std::int64_t>(real);
    }
    if (number <= 0) {
      call.run.fail(ErrorCode::kError, "second argument to nth_value must be a positive integer");
      return true;
    }
    if (++rows == number) found = storage::OwnedValue(a[0]);
    return true;
  }
  Value finish(CallContext& call) const { return storage::copy_value(found.view(), call.run.results()); }
};

constexpr WindowFrame frame(FrameUnit unit, FrameBound start, FrameBound end) {
  WindowFrame made;
  made.unit = unit;
  made.start = start;
  made.end = end;
  return made;
}

constexpr WindowFrame kRowsSoFar =
    frame(FrameUnit::kRows, FrameBound::kUnboundedPreceding, FrameBound::kCurrentRow);
constexpr WindowFrame kPeersSoFar =
    frame(FrameUnit::kRange, FrameBound::kUnboundedPreceding, FrameBound::kCurrentRow);
constexpr WindowFrame kGroupsFromHere =
    frame(FrameUnit::kGroups, FrameBound::kCurrentRow, FrameBound::kUnboundedFollowing);
constexpr WindowFrame kGroupsAfter =
    frame(FrameUnit::kGroups, FrameBound::kFollowing, FrameBound::kUnboundedFollowing);
constexpr WindowFrame kRowsFromHere =
    frame(FrameUnit::kRows, FrameBound::kCurrentRow, FrameBound::kUnboundedFollowing);
constexpr WindowFrame kAllRows =
    frame(FrameUnit::kRows, FrameBound::kUnboundedPreceding, FrameBound::kUnboundedFollowing);

}  // namespace

void add_window_functions(FunctionTable& table) {
  const auto add = [&table](std::string_view name, int arguments,
                            const AggregateImplementation* implementation,
                            const WindowFrame* own_frame) -> Function& {
    Function& added = table.aggregate(name, arguments, *implementation);
    added.kind = planner::FunctionKind::kWindow;
    added.own_frame = own_frame;
    return added;
  };
  add("row_number", 0, implementation_of<RowNumber>(), &kRowsSoFar);
  add("rank", 0, implementation_of<Rank>(), &kPeersSoFar);
  add("dense_rank", 0, implementation_of<DenseRank>(), &kPeersSoFar);
  add("percent_rank", 0, implementation_of<PercentRank>(), &kGroupsFromHere);
  add("cume_dist", 0, implementation_of<CumulativeDistribution>(), &kGroupsAfter).own_frame_starts_after =
      true;
  add("ntile", 1, implementation_of<Ntile>(), &kRowsFromHere);
  add("last_value", 1, implementation_of<LastValue>(), nullptr);
  add("nth_value", 2, implementation_of<NthValue>(), nullptr).window_form = WindowForm::kNthValue;
  add("first_value", 1, implementation_of<FirstValue>(), nullptr).window_form = WindowForm::kFirstValue;
  for (int arguments = 1; arguments <= 3; ++arguments) {
    add("lead", arguments, implementation_of<RowNumber>(), &kAllRows).window_form = WindowForm::kLead;
    add("lag", arguments, implementation_of<RowNumber>(), &kRowsSoFar).window_form = WindowForm::kLag;
  }
}

}  // namespace leftmost::engine
