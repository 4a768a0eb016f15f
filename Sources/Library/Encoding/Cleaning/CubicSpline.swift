import Tensors

/// Cubic splines through samples, whose third derivative is continuous at the second and the last but one of them.
///
/// Source: `scipy.interpolate.CubicSpline` with its "not-a-knot" ends; fewer samples give a parabola or a line.
enum CubicSpline {
    /// What takes the values at some samples to those at all of them: samples x known. Beyond the ends, the outer
    /// polynomials continue.
    static func interpolation(from known: [Int], samples: Int) throws -> Matrix<Double> {
        let x = known.map(Double.init)
        let count = x.count
        guard count > 2 else { return line(x, samples: samples) }
        let slopes = count == 3 ? try parabola(x) : try self.slopes(x)
        var result = Matrix<Double>(rows: samples, columns: count)
        var interval = 0
        for sample in 0..<samples {
            while interval < count - 2, Double(sample) >= x[interval + 1] { interval += 1 }
            // Hermite's form on the interval, or on the outer one beyond the ends.
            let h = x[interval + 1] - x[interval]
            let t = (Double(sample) - x[interval]) / h
            let (t2, t3) = (t * t, t * t * t)
            result[sample, interval] += 2 * t3 - 3 * t2 + 1
            result[sample, interval + 1] += -2 * t3 + 3 * t2
            let (left, right) = (h * (t3 - 2 * t2 + t), h * (t3 - t2))
            for j in 0..<count {
                result[sample, j] += left * slopes[interval, j] + right * slopes[interval + 1, j]
            }
        }
        return result
    }

    /// The slopes at the samples, for values of 1 at one sample and 0 at the others: known x known.
    private static func slopes(_ x: [Double]) throws -> Matrix<Double> {
        let n = x.count
        var a = Matrix<Double>(rows: n, columns: n)
        var b = Matrix<Double>(rows: n, columns: n)
        let h = zip(x.dropFirst(), x).map { $0 - $1 }
        /// Adds a multiple of the slope between a sample and the next one.
        func add(_ factor: Double, ofInterval interval: Int, to row: Int) {
            b[row, interval + 1] += factor / h[interval]
            b[row, interval] -= factor / h[interval]
        }
        for i in 1..<n - 1 {
            a[i, i - 1] = h[i]
            a[i, i] = 2 * (h[i - 1] + h[i])
            a[i, i + 1] = h[i - 1]
            add(3 * h[i], ofInterval: i - 1, to: i)
            add(3 * h[i - 1], ofInterval: i, to: i)
        }
        let d = x[2] - x[0]
        a[0, 0] = h[1]
        a[0, 1] = d
        add((h[0] + 2 * d) * h[1] / d, ofInterval: 0, to: 0)
        add(h[0] * h[0] / d, ofInterval: 1, to: 0)
        let e = x[n - 1] - x[n - 3]
        a[n - 1, n - 1] = h[n - 3]
        a[n - 1, n - 2] = e
        add(h[n - 2] * h[n - 2] / e, ofInterval: n - 3, to: n - 1)
        add((2 * e + h[n - 2]) * h[n - 3] / e, ofInterval: n - 2, to: n - 1)
        return try a.solve(b)
    }

    /// The slopes of the parabola through three samples.
    private static func parabola(_ x: [Double]) throws -> Matrix<Double> {
        let powers = Matrix(x.map { [1, $0, $0 * $0] })
        let derivatives = Matrix(x.map { [0, 1, 2 * $0] })
        return multiply(derivatives, try powers.inverse())
    }

    private static func line(_ x: [Double], samples: Int) -> Matrix<Double> {
        Matrix(rows: samples, columns: x.count) { target in
            for sample in 0..<samples {
                let share = x.count < 2 ? 0 : (Double(sample) - x[0]) / (x[1] - x[0])
                target[sample * x.count] = 1 - share
                if x.count > 1 { target[sample * x.count + 1] = share }
            }
        }
    }
}
