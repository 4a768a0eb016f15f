import Display
import Tables

extension SurfaceMap {
    /// The map with a number for each region that the live view tells with its name, for instance its q or how many voxels
    /// it has; throws `FigureError.value` if the map has no such region.
    public func telling(_ title: String, _ values: [String: Double]) throws -> SurfaceMap {
        try check(regions: values.keys)
        var map = self
        map.details.append(Detail(title: title, values: values))
        return map
    }

    /// The map with what each region did over time, which the live view draws when the region is clicked.
    ///
    /// ```swift
    /// let cortex = try CorticalSurface.fsaverage5()
    /// try SurfaceMap(left: leftScores, right: rightScores, on: cortex).outlining(parcellation)
    ///     .telling("measured", courses: regions.meanCourses(of: responses))
    ///     .telling("predicted", courses: regions.meanCourses(of: predictions))
    /// ```
    ///
    /// The page holds each course in 255 steps; `dataByTime` has the numbers themselves. Throws `FigureError.value` if the
    /// map has no such region, `FigureError.count` if the courses differ in their length.
    ///
    /// - Parameters:
    ///   - title: what the courses are, for instance "measured".
    ///   - courses: a number for each time point of each region, NaN for none.
    public func telling(_ title: String, courses: [String: [Double]]) throws -> SurfaceMap {
        try check(regions: courses.keys)
        var expected = courseLength
        for (name, values) in courses.sorted(by: { $0.key < $1.key }) {
            if expected == 0 { expected = values.count }
            guard values.count == expected, expected > 0 else {
                throw FigureError.count(
                    of: "time points of \(title) in \(name)", expected: max(1, expected), got: values.count)
            }
        }
        var map = self
        map.courses.append(Course(title: title, values: courses))
        return map
    }

    /// A row for each region and time point, counted from zero, with the courses that `telling` added.
    public var dataByTime: DataTable {
        let names = (regions?.names ?? []).filter { name in courses.contains { $0.values[name] != nil } }
        let times = 0..<courseLength
        let columns = courses.map { course in
            DataTable.Column(
                course.title, names.flatMap { course.values[$0] ?? times.map { _ in .nan } })
        }
        return DataTable(
            shown: [
                DataTable.Column("region", names.flatMap { name in times.map { _ in name } }),
                DataTable.Column("time", names.flatMap { _ in Array(times) }),
            ] + columns, title: title)
    }

    /// How many time points each course has.
    var courseLength: Int { courses.lazy.compactMap { $0.values.values.first?.count }.first ?? 0 }

    private func check(regions told: some Collection<String>) throws {
        let names = Set(regions?.names ?? [])
        guard let stray = told.sorted().first(where: { !names.contains($0) }) else { return }
        throw FigureError.value(
            what: "the region", got: stray,
            expected: names.isEmpty
                ? "one of those that outlining gives" : "one of \(AltText.listed(regions?.names ?? []))")
    }
}
