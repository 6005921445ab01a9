// json_group_array and json_group_object.
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
 protected:
  bool add(CallContext& call, const JsonWriter& element) {
    if (text_.size() + element.text().size() + 2 > storage::kValueBytesMax) {
      call.run.fail(ErrorCode::kTooBig, "string or blob too big");
      return true;
    }
    if (!text_.empty()) text_ += ',';
    text_ += element.text();
    return true;
  }
  Value close(CallContext& call, char open, char end) const {
    return call.run.make_text(open + text_ + end).with_subtype(kJsonSubtype);
  }

 private:
  std::string text_;
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
  table.aggregate("json_group_array", 1, *implementation_of<GroupArray>());
  table.aggregate("json_group_object", 2, *implementation_of<GroupObject>());
}

}  // namespace leftmost::engine
