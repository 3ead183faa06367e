const columns = "r.id, r.line, r.raw, r.fault, s.group_key, s.cells";

/** Starts a query over rows (`r`) with what was staged of them (`s`), if anything was. */
export const selectRow = `select ${columns} from rows r left join staged_rows s on s.row = r.id`;

/** Starts a query over staged rows (`s`), which are rows (`r`). */
export const selectStaged = `select ${columns} from staged_rows s join rows r on r.id = s.row`;
