/* SPDX-License-Identifier: Apache-2.0 */
/* portal/api/resource.h -- the form of a resource: what it answers to, who may, where it runs, and its words.
 *
 *      portal/api/api_things.c ──one row──▶ api/api_table.c ──▶ router · admission · OpenAPI document
 *
 * A route without an access level does not compile (GN_ROUTE asks for it) and would not pass the table's test.
 * Handlers run on the portal's thread and must be quick; what waits for a hash or for the disk says so with
 * its place and runs on a thread of its own. A handler reads struct gn_api and the request, and fills the response;
 * nothing else of the portal is in its reach. */
#ifndef GN_PORTAL_RESOURCE_H
#define GN_PORTAL_RESOURCE_H

#include "portal/portal.h"
#include "portal/request.h"
#include "portal/response.h"

/* What a handler may use. One for each thread that runs handlers, for a reader belongs to one thread. */
struct gn_api {
    struct gn_store_reader *reader;
    struct gn_guard *guard;
    struct gn_ca *ca;
    struct gn_clock clock;
    struct gn_portal_host host;
    const char *cookie_name; /* over TLS with GN_SECURE_COOKIE before it */
};

#define GN_SECURE_COOKIE "__Host-"

typedef enum gn_access {
    GN_ACCESS_MISSING = 0, /* what a row has that forgot it: nobody may */
    GN_ACCESS_ANYONE,      /* without a session */
    GN_ACCESS_VIEWER,
    GN_ACCESS_OPERATOR,
    GN_ACCESS_ADMIN,
    GN_ACCESS_DEVICE, /* an admin, or the Thing of {id} itself */
} gn_access;

typedef enum gn_place {
    GN_PLACE_PORTAL,   /* the portal's thread: microseconds to a few milliseconds */
    GN_PLACE_DOOR,     /* hashes a password: 110 ms */
    GN_PLACE_COMMANDS, /* waits for the journal: up to 3 s when the disk is full */
    GN_PLACE_READINGS, /* asks the history, once it has what was acknowledged before the request came */
    GN_PLACE_COUNT,
} gn_place;

typedef void gn_handler(struct gn_api *api, const struct gn_request *request, struct gn_response *response);

struct gn_route {
    gn_method method;
    const char *path; /* "/api/v1/things/{id}" */
    gn_access access;
    gn_place place;
    bool own; /* a Thing may too, with its token, where {id} is itself */
    gn_handler *handle;
    /* Or NULL: asked on the portal's thread before the request waits for its place; true: it is answered. */
    bool (*stops)(struct gn_api *api, const struct gn_request *request, struct gn_response *response);
    const char *help;   /* one line */
    const char *query;  /* names of query items with their meaning: "from=time|limit=count", or NULL */
    const char *input;  /* name of the schema of the body, or NULL */
    const char *answer; /* name of the schema of the answer, or NULL when there is no body */
    int status;         /* of success */
};

#define GN_ROUTE(method_, path_, access_, place_, handle_)                                                             \
    .method = (method_), .path = (path_), .access = (access_), .place = (place_), .handle = (handle_)

struct gn_schema {
    const char *name;
    const char *json; /* JSON Schema, one object */
};

struct gn_resource {
    const char *name;
    const struct gn_route *routes;
    size_t route_count;
    const struct gn_schema *schemas;
    size_t schema_count;
};

#define GN_RESOURCE(name_, routes_, schemas_)                                                                          \
    {                                                                                                                  \
        .name = (name_), .routes = (routes_), .route_count = sizeof(routes_) / sizeof((routes_)[0]),                   \
        .schemas = (schemas_), .schema_count = sizeof(schemas_) / sizeof((schemas_)[0]),                               \
    }

/* Schemas are written as they read, without quotes around quotes. */
#define GN_SCHEMA(...) #__VA_ARGS__

/* All resources, NULL-terminated: api/api_table.c. */
extern const struct gn_resource *const gn_resources[];

#endif
