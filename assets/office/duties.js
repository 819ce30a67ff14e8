// What the hub allows the signed-in person besides reading records and doing acts (schema/duty.h).
export const DUTIES = ['review', 'resolve', 'release', 'oversee', 'administer', 'plaques'];

/** Whether the person has one of the duties. */
export const hasDuty = (state, ...wanted) => wanted.some((duty) => state.session.staff.duties.includes(duty));
