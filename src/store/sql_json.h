/* SPDX-License-Identifier: Apache-2.0 */
/* store/sql_json.h -- the answer to a question in SQL as JSON, the same from the API and from a data directory:
 *
 *      {"columns":["time","value"],"rows":[[1767225600000,40],[1767225601000,41]],"cut":false}
 *
 * A number that JSON cannot say is null. */
#ifndef GN_STORE_SQL_JSON_H
#define GN_STORE_SQL_JSON_H

#include "store/sql.h"

/* As gn_sql_ask; `out` is full when the answer does not fit. */
GN_MUST_USE gn_err gn_sql_ask_json(struct gn_sql *sql, gn_str text, struct gn_buf *out, struct gn_diag *diag);

#endif
