/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/band.h"

#include <math.h>
#include <string.h>

#include "learn/detect/scalar.h"
#include "learn/forecast/profile.h"

#define BAND_STEP      0.01 /* of alpha, a miss moves it by this */
#define BAND_ALPHA_MIN 0.001
#define BAND_ALPHA_MAX 0.5

void gn_band_init(struct gn_band *band, double alpha)
{
    *band = (struct gn_band){ .alpha = alpha, .wanted = alpha };
}

double gn_band_width(const struct gn_band *band)
{
    double sorted[GN_BAND_ERRORS_MAX];
    if (ceil((1 - band->wanted) * ((double)band->count + 1)) > (double)band->count)
        return INFINITY;
    /* The smallest error that at least (1 - alpha) of count + 1 exchangeable ones do not exceed; after many misses
     * alpha may ask for more than is known: then the largest. */
    const double rank = gn_min(ceil((1 - band->alpha) * ((double)band->count + 1)), (double)band->count);
    memcpy(sorted, band->errors, band->count * sizeof sorted[0]);
    gn_sort(sorted, band->count);
    return sorted[(size_t)gn_max(rank, 1) - 1];
}

void gn_band_learn(struct gn_band *band, double error)
{
    const double width = gn_band_width(band);
    /* Until there is a width, no band was given that could have been missed. */
    if (isfinite(width))
        band->alpha += BAND_STEP * (band->wanted - (fabs(error) > width ? 1 : 0));
    band->alpha = gn_min(gn_max(band->alpha, BAND_ALPHA_MIN), BAND_ALPHA_MAX);
    band->errors[band->next] = fabs(error);
    band->next = (band->next + 1) % GN_BAND_ERRORS_MAX;
    band->count += band->count < GN_BAND_ERRORS_MAX;
}

bool gn_band_valid(const struct gn_band *band)
{
    if (band->count > GN_BAND_ERRORS_MAX || band->next >= GN_BAND_ERRORS_MAX ||
        (band->count < GN_BAND_ERRORS_MAX && band->next != band->count))
        return false;
    if (!(band->alpha >= BAND_ALPHA_MIN && band->alpha <= BAND_ALPHA_MAX && band->wanted > 0 && band->wanted < 1))
        return false;
    for (uint32_t i = 0; i < band->count; i++)
        if (!(band->errors[i] >= 0) || isinf(band->errors[i]))
            return false;
    return true;
}
