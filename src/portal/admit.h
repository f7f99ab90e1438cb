/* SPDX-License-Identifier: Apache-2.0 */
/* portal/admit.h -- who may: the one place where a request is let through or refused.
 *
 *      Host ▸ 421      setup ▸ 403      session ▸ 401      path ▸ 404      method ▸ 405
 *      role ▸ 403      Origin ▸ 403     type ▸ 415         ... then the handler
 *
 * The session comes before the path, so that a stranger cannot tell which paths there are. Over the Unix
 * socket the peer is the owner: admin, without session, Host or Origin. The order is the contract: the truth
 * table of roles and routes is a test. */
#ifndef GN_PORTAL_ADMIT_H
#define GN_PORTAL_ADMIT_H

#include "portal/router.h"

/* The route to run, or NULL with the refusal in `response`. Fills the request's principal and parts. `bound`:
 * the host that we listen on. */
const struct gn_route *gn_admit(struct gn_api *api, gn_str bound, struct gn_request *request,
                                struct gn_response *response);

/* Whether somebody with this role may use this route. `has_principal` false: nobody in particular. */
bool gn_access_allows(gn_access access, bool has_principal, gn_role role);

#endif
