// count, sum, total, avg, min, max, group_concat. DISTINCT and FILTER are the executor's business: rows that
// they keep out never get here. As window functions they take rows back as SQLite does, with the same traces:
// a real that left the frame leaves its rounding behind, a sum that was real once stays real.
#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::Value;
using Arguments = std::span<const Value>;

struct Count {
  std::int64_t rows = 0;
  bool step(CallContext&, Arguments a) {
    if (a.empty() || !a[0].is_null()) ++rows;
    return true;
  }
  void invert(CallContext&, Arguments a) {
    if (a.empty() || !a[0].is_null()) --rows;
  }
  Value finish(CallContext&) const { return Value::integer(rows); }
};

/// Both sums at once: the exact integer one until a value is no integer, the real one always.
struct Sum {
  double real_sum = 0.0;
  std::int64_t integer_sum = 0;
  std::int64_t rows = 0;
  bool is_real = false;
  bool overflowed = false;

  bool step(CallContext&, Arguments a) {
    if (a[0].is_null()) return true;
    ++rows;
    const Value number = number_of(a[0]);
    real_sum += real_value(number);
    if (!number.is_integer()) {
      is_real = true;
    } else if (!is_real && __builtin_add_overflow(integer_sum, number.as_integer(), &integer_sum)) {
      is_real = overflowed = true;
    }
    return true;
  }
  void invert(CallContext&, Arguments a) {
    if (a[0].is_null()) return;
    --rows;
    const Value number = number_of(a[0]);
    real_sum -= real_value(number);
    if (number.is_integer() && !is_real) {
      integer_sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(integer_sum) -
                                              static_cast<std::uint64_t>(number.as_integer()));
    }
  }
  static Value number_of(Value value) {
    if (!value.is_text()) return value;
    const Value parsed = storage::number_of_whole_text(value.as_bytes());
    return parsed.is_null() ? value : parsed;
  }
  Value finish(CallContext& call) const {
    if (rows <= 0) return Value::null();
    if (overflowed) return call.run.fail(ErrorCode::kError, "integer overflow");
    return is_real ? Value::real(real_sum) : Value::integer(integer_sum);
  }
};

struct Average : Sum {
  Value finish(CallContext&) const {
    return rows <= 0 ? Value::null() : Value::real(real_sum / static_cast<double>(rows));
  }
};

struct Total : Sum {
  Value finish(CallContext&) const { return Value::real(real_sum); }
};

template <bool kMax>
struct Extreme {
  storage::OwnedValue best;
  bool any = false;

  bool step(CallContext& call, Arguments a) {
    if (a[0].is_null()) return !any;
    if (any) {
      const int order = storage::compare(best.view(), a[0], call.collation);
      if (kMax ? order >= 0 : order <= 0) return false;
    }
    best = storage::OwnedValue(a[0]);
    any = true;
    return true;
  }
  Value finish(CallContext& call) const { return storage::copy_value(best.view(), call.run.results()); }
};

/// The text, and how long the separator before each of its parts is, so that the first part can be taken off
/// again. Where nothing but empty texts is left it begins anew, as SQLite's does.
struct GroupConcat {
  std::string text;
  std::vector<std::uint32_t>
      separators;  // before the second part and on; empty while all are as long as the first
  std::uint32_t first_separator = 0;
  std::int64_t parts = 0;
  bool begun = false;

  bool step(CallContext& call, Arguments a) {
    if (a[0].is_null()) return true;
    storage::Arena scratch;
    const std::string_view separator = a.size() == 1 ? "," : text_value(a[1], scratch);
    const std::string_view value = text_value(a[0], scratch);
    if (text.size() + separator.size() + value.size() > storage::kValueBytesMax) {
      call.run.fail(ErrorCode::kTooBig, "string or blob too big");
      return true;
    }
    const auto length = static_cast<std::uint32_t>(separator.size());
    if (!begun) {
      first_separator = length;
    } else {
      text += separator;
      if (length != first_separator || !separators.empty()) {
        const auto known = static_cast<std::size_t>(std::max<std::int64_t>(parts - 1, 0));
        separators.resize(std::max(separators.size(), known), first_separator);
        separators.push_back(length);
      }
    }
    begun = true;
    ++parts;
    text += value;
    return true;
  }
  void invert(CallContext&, Arguments a) {
    if (a[0].is_null()) return;
    storage::Arena scratch;
    std::size_t bytes = text_value(a[0], scratch).size();
    --parts;
    if (separators.empty()) {
      bytes += first_separator;
    } else if (parts > 0) {
      bytes += separators.front();
      separators.erase(separators.begin());
    }
    text.erase(0, bytes);
    if (!text.empty()) return;
    begun = false;
    separators.clear();
  }
  Value value(CallContext& call) const { return text.empty() ? Value::null() : call.run.make_text(text); }
  Value finish(CallContext& call) const { return begun ? call.run.make_text(text) : Value::null(); }
};

}  // namespace

void add_aggregates(FunctionTable& table) {
  const auto add = [&table](std::string_view name, int arguments,
                            const AggregateImplementation* implementation) {
    return &table.aggregate(name, arguments, *implementation);
  };
  add("count", 0, implementation_of<Count>())->role = planner::FunctionRole::kCount;
  add("count", 1, implementation_of<Count>())->role = planner::FunctionRole::kCount;
  add("sum", 1, implementation_of<Sum>());
  add("total", 1, implementation_of<Total>());
  add("avg", 1, implementation_of<Average>());
  Function* min = add("min", 1, implementation_of<Extreme<false>>());
  min->role = planner::FunctionRole::kMin;
  min->uses_collation = true;
  Function* max = add("max", 1, implementation_of<Extreme<true>>());
  max->role = planner::FunctionRole::kMax;
  max->uses_collation = true;
  add("group_concat", 1, implementation_of<GroupConcat>());
  add("group_concat", 2, implementation_of<GroupConcat>());
}

}  // namespace leftmost::engine
