// json_group_array and json_group_object.
#include <vector>

#include "engine/functions/function_table.h"
#include "engine/functions/json_document.h"
#include "engine/functions/json_writer.h"
#include "engine/functions/operators.h"

namespace leftmost::engine {
namespace {

using storage::Value;
using Arguments = std::span<const Value>;

/// The text so far, without its end.
class Group {
 public:
  /// As a window: takes the first element off.
  void invert(CallContext&, Arguments) {
    if (lengths_.empty()) return;
    text_.erase(0, lengths_.front() + 1);  // with the comma behind it, if there is one
    lengths_.erase(lengths_.begin());
  }

 protected:
  bool add(CallContext& call, const JsonWriter& element) {
    if (text_.size() + element.text().size() + 2 > storage::kValueBytesMax) {
      call.run.fail(ErrorCode::kTooBig, "string or blob too big");
      return true;
    }
    if (!lengths_.empty()) text_ += ',';
    lengths_.push_back(element.text().size());
    text_ += element.text();
    return true;
  }
  Value close(CallContext& call, char open, char end) const {
    return call.run.make_text(open + text_ + end).with_subtype(kJsonSubtype);
  }

 private:
  std::string text_;
  std::vector<std::size_t> lengths_;
};

struct GroupArray : Group {
  bool step(CallContext& call, Arguments a) {
    JsonWriter element(call.run);
    element.append_value(a[0]);
    return add(call, element);
  }
  Value finish(CallContext& call) const { return close(call, '[', ']'); }
};

struct GroupObject : Group {
  bool step(CallContext& call, Arguments a) {
    JsonWriter element(call.run);
    if (!a[0].is_null())
      element.append_text(text_value(a[0], call.run.results()));  // SQLite writes nothing for NULL
    element.append(":");
    element.append_value(a[1]);
    return add(call, element);
  }
  Value finish(CallContext& call) const { return close(call, '{', '}'); }
};

}  // namespace

void add_json_aggregates(FunctionTable& table) {
  table.aggregate("json_group_array", 1, *implementation_of<GroupArray>()).reads_subtypes = true;
  table.aggregate("json_group_object", 2, *implementation_of<GroupObject>()).reads_subtypes = true;
}

}  // namespace leftmost::engine
