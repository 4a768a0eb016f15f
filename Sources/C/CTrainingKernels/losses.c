#include "../CTensorKernels/normal_cdf.h"
#include "CTrainingKernels.h"
#include <math.h>

INLINE double cross_entropy_rows(float *x, const long *targets, const long *skip, float weight, long rows,
                                 long columns, long stride, double *inner) {
    VECTORIZE
    double loss = 0, products = 0;
    for (long i = 0; i < rows; i++) {
        float *row = x + i * stride;
        long target = targets[i];
        if (skip && skip[i] >= 0) row[skip[i]] = -__builtin_inff();
        float largest = row[0];
        for (long j = 1; j < columns; j++) largest = row[j] > largest ? row[j] : largest;
        float chosen = row[target];
        float sum = 0, sums = 0;
        for (long j = 0; j < columns; j++) {
            float e = exponential(row[j] - largest);
            sum += e;
            // Of what counts as absent e is zero; its logit is not to be multiplied by it.
            sums += e * (row[j] > -1e30f ? row[j] : 0.0f);
            row[j] = e;
        }
        loss += log(sum) + largest - chosen;
        products += weight * (sums / sum - chosen);
        float factor = weight / sum;
        for (long j = 0; j < columns; j++) row[j] *= factor;
        row[target] -= weight;
    }
    *inner += products;
    return loss;
}

// KERNEL makes functions without a result: the loss leaves through a pointer.
void train_cross_entropy_into(float *x, const long *targets, const long *skip, float weight, long rows, long columns,
                              long stride, double *inner, double *loss) __attribute__((visibility("hidden")));

KERNEL(train_cross_entropy_into, (float *x, const long *targets, const long *skip, float weight, long rows,
        long columns, long stride, double *inner, double *loss),
       (x, targets, skip, weight, rows, columns, stride, inner, loss)) {
    *loss = cross_entropy_rows(x, targets, skip, weight, rows, columns, stride, inner);
}

double train_cross_entropy(float *x, const long *targets, const long *skip, float weight, long rows, long columns,
                           long stride, double *inner) {
    double loss = 0;
    train_cross_entropy_into(x, targets, skip, weight, rows, columns, stride, inner, &loss);
    return loss;
}

double train_binary_cross_entropy(float *x, const float *targets, float weight, long count) {
    double loss = 0;
    for (long i = 0; i < count; i++) {
        double z = x[i], t = targets[i];
        loss += (z > 0 ? z : 0) - z * t + log1p(exp(-fabs(z)));
        x[i] = (float)(weight * (1 / (1 + exp(-z)) - t));
    }
    return loss;
}
