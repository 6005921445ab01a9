// shell/advise_text.h - advice about indexes as a script that can be run, and as JSON.
//
//   -- 50 statements; 9 of them are served by 6 new indexes instead of 31 that were tried
//
//   -- 92 kB; an INSERT INTO payment writes 15 bytes more, on 2 pages
//   --   queries.sql:49  6,000 -> 1 rows   SELECT amount FROM payment WHERE order_id = :order
//   CREATE INDEX payment_order_id ON payment(order_id);
#pragma once

#include <string>

#include "advice/index_advice.h"
#include "advice/workload.h"

namespace leftmost::shell {

std::string advise_text(const advice::IndexAdvice& advice, const advice::Workload& workload);
std::string advise_json(const advice::IndexAdvice& advice, const advice::Workload& workload);

}  // namespace leftmost::shell
