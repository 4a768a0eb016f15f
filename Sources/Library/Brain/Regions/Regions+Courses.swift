import Tensors

extension Regions {
    /// The mean of each region's voxels at each time point, for instance of measured or predicted responses.
    ///
    /// Numbers that are not finite are left out; a time point without any is NaN. Throws `BrainError.count` if the matrix
    /// has not a column for each voxel, and `BrainError.value` if two regions have the same name.
    ///
    /// - Parameter responses: time points x voxels.
    public func meanCourses(of responses: Matrix<Float>) throws -> [String: [Double]] {
        guard responses.columns == voxelCount else {
            throw BrainError.count(
                what: "columns of the responses", got: responses.columns, expected: voxelCount,
                of: "voxels of the regions")
        }
        let names = names
        var courses: [String: [Double]] = [:]
        let means = means(of: responses)
        for (place, name) in names.enumerated() {
            guard courses.updateValue(means.column(place), forKey: name) == nil else {
                let count = names.count { $0 == name }
                throw BrainError.value(
                    what: "the region \"\(name)\"", got: "the name of several",
                    expected: "that of one; give the \(count) regions names of their own")
            }
        }
        return courses
    }

    /// The mean of each row over the voxels of each region, rows x regions: numbers that are not finite are left out, and a
    /// region without any is NaN. The matrix has a column for each voxel.
    package func means(of rows: Matrix<Float>) -> Matrix<Double> {
        var means = Matrix<Double>(rows: rows.rows, columns: regions.count)
        for row in 0..<rows.rows {
            var sums = [Double](repeating: 0, count: regions.count)
            var counts = sums
            for (place, value) in zip(places, rows.row(row)) {
                guard let place, value.isFinite else { continue }
                sums[place] += Double(value)
                counts[place] += 1
            }
            for place in regions.indices {
                means[row, place] = counts[place] > 0 ? sums[place] / counts[place] : .nan
            }
        }
        return means
    }
}
